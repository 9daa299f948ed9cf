"""A data frame's cells as the text that a file would have, so that one validation serves both."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd
import pyarrow as pa
from pandas.api.types import is_scalar

from store.checking.cells import show
from store.frames import to_json
from store.runlog import Column


def absent(value: Any) -> bool:
    """Say whether a cell holds nothing: None, NaN, NaT or NA."""
    return value is None or bool(is_scalar(value) and pd.isna(value))


def to_texts(cells: pd.Series[Any], column: Column) -> tuple[pa.Array, dict[int, str]]:
    """Write the cells of one column as text.

    Returns
    -------
    texts : Array
        One a cell; null where it is empty or cannot be text.
    complaints : dict of int to str
        What is wrong with a cell that cannot be text, by its position.
    """
    texts: list[str | None] = []
    complaints: dict[int, str] = {}
    for row, cell in enumerate(cells.tolist()):
        try:
            text = None if absent(cell) else _text(cell, column)
        except ValueError as error:
            text, complaints[row] = None, str(error)
        texts.append(text)
    return pa.array(texts, pa.string()), complaints


def _text(cell: Any, column: Column) -> str:
    if isinstance(cell, Mapping):
        text = _object(cell, column)
    elif isinstance(cell, date):
        text = cell.isoformat()
    elif column.type == "text" and not isinstance(cell, str | int | float):
        raise ValueError(f"{show(str(cell))} is not text")
    else:
        text = str(cell)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError(f"{show(text)} has half of a surrogate pair, which is no character") from None
    return text


def _object(cell: Mapping[str, Any], column: Column) -> str:
    if column.type != "json":
        raise ValueError(f"{show(str(cell))} is not text")
    try:
        return to_json(cell)
    except ValueError as error:
        raise ValueError(f'{show(str(cell))} is not a JSON object such as {{"gc": "G1"}}: {error}') from error
