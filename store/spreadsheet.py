"""CSV for people who open it in a spreadsheet: no text becomes a formula, and reading it back restores the text."""

from __future__ import annotations

import json
import re
from typing import Any

import pandas as pd
from pandas.api.types import is_object_dtype

from store.frames import plain

# What a spreadsheet takes for a formula, unless it is a number (OWASP, "CSV injection"). A text that looks like one of
# ours already gets another apostrophe, so that taking one off restores every text.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
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


def typed_csv(frame: pd.DataFrame) -> str:
    """Write a frame as `spreadsheet_csv` does, with lists and objects as JSON and times as ISO 8601."""
    return spreadsheet_csv(frame.apply(lambda column: column.map(_as_cell)))


def _as_cell(value: Any) -> Any:
    cell = plain(value)
    return json.dumps(cell) if isinstance(cell, dict | list) else cell


def _as_text(cell: Any) -> Any:
    is_formula = isinstance(cell, str) and _FORMULA.match(cell) and not _NUMBER.fullmatch(cell)
    return f"'{cell}" if is_formula else cell


def restored(text: str) -> str:
    """Return SQL for a text as it was before `spreadsheet_csv` put an apostrophe in front.

    Parameters
    ----------
    text : str
        SQL for the text of a cell.
    """
    marked = rf"starts_with({text}, '''') AND regexp_matches({text}, '^''+[=+\-@\t\r]')"
    return f"CASE WHEN {marked} THEN substring({text}, 2) ELSE {text} END"
