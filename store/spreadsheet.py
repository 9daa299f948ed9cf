"""CSV for people who open it in a spreadsheet."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
from pandas.api.types import is_object_dtype

# What a spreadsheet takes for a formula, unless it is a number (OWASP, "CSV injection").
_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?%?")


def spreadsheet_csv(frame: pd.DataFrame) -> str:
    """Write a frame as CSV in which no text becomes a formula: such cells get an apostrophe in front.

    Parameters
    ----------
    frame : DataFrame
        Texts are in columns of dtype object; missing values become empty cells.
    """
    safe = frame.rename(columns=lambda name: _as_text(str(name)))
    for place, dtype in enumerate(safe.dtypes):
        if is_object_dtype(dtype):
            safe.isetitem(place, safe.iloc[:, place].map(_as_text, na_action="ignore").to_numpy())
    return safe.to_csv(index=False, lineterminator="\r\n")  # RFC 4180; with \n alone a \r in a cell is not quoted


def _as_text(cell: Any) -> Any:
    is_formula = isinstance(cell, str) and _FORMULA.match(cell) and not _NUMBER.fullmatch(cell)
    return f"'{cell}" if is_formula else cell
