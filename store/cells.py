"""Read the cells of one column: text from a file, or values from a data frame."""

from __future__ import annotations

import difflib
import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from pandas.api.types import is_bool_dtype, is_datetime64_any_dtype, is_numeric_dtype, is_scalar

from store import hints
from store.frames import to_json
from store.runlog import NAME_LENGTH, Column

TEXT_LENGTH = 200
JSON_LENGTH = 20_000
_MISSING = frozenset(("", "na", "n/a", "nan", "null", "none"))
_INTEGER = r"[+-]?\d{1,18}(?:\.0*)?"
_FLOAT = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?"
_CLOCK = r"\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?\s?(?:Z|[+-]\d\d:?\d\d)?"
_MOMENT = rf"\d{{4}}-\d\d-\d\d(?:[T ]{_CLOCK})?"

Series = pd.Series


@dataclass(frozen=True)
class Read:
    """The values of one column.

    Parameters
    ----------
    values : Series
        Clean values, missing where a cell is empty or wrong.
    complaints : dict of int to str
        What is wrong with a cell, by its position.
    """

    values: pd.Series[Any]
    complaints: dict[int, str]


def read(cells: pd.Series[Any], column: Column) -> Read:
    """Read `cells` (index 0, 1, 2, ...) as `column` says."""
    cells = _blank_to_none(cells, column)
    if column.type in ("integer", "float"):
        return _numbers(cells, column)
    if column.type == "timestamp":
        return _moments(cells)
    return _each(cells, _object if column.type == "json" else _texts(column))


def _blank_to_none(cells: pd.Series[Any], column: Column) -> pd.Series[Any]:
    """Strip text; an empty cell, or NA and the like outside free text, is missing."""
    if cells.dtype != object and not isinstance(cells.dtype, pd.StringDtype | pd.CategoricalDtype):
        return cells
    words = _MISSING if column.type != "text" or column.choices else frozenset(("",))

    def clean(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        text = value.strip()
        return None if text.lower() in words else text

    return cells.astype(object).map(clean).astype(object)


def _numbers(cells: pd.Series[Any], column: Column) -> Read:
    pattern, noun = (_INTEGER, "a whole number") if column.type == "integer" else (_FLOAT, "a number")
    if is_numeric_dtype(cells) and not is_bool_dtype(cells):
        values = cells.astype("Float64").astype("float64")
        malformed = (values % 1 != 0) & values.notna() if column.type == "integer" else values.isna() & False
    else:
        text = _strings(cells)
        fits = text.str.fullmatch(pattern, na=False).astype(bool)
        malformed = text.notna() & ~fits
        values = pd.to_numeric(text.where(fits), errors="coerce").astype("float64")
    complaints = {
        row: f"{_show(cells[row])} is not {noun}{_unit(column)}{hints.instead(column, str(cells[row]))}"
        for row in malformed.index[malformed]
    }
    outside = ~malformed & values.notna() & ~within(values, column)
    for row in outside.index[outside]:
        complaints[row] = _outside(column, float(values[row]))
    return Read(values.where(~(malformed | outside)), complaints)


def absent(value: Any) -> bool:
    """Say whether a cell holds nothing: None, NaN, NaT or NA."""
    return value is None or bool(is_scalar(value) and pd.isna(value))


def _strings(cells: pd.Series[Any]) -> pd.Series[Any]:
    """Write what is there as text, times as ISO 8601."""
    texts = [
        None if absent(cell) else cell.isoformat() if isinstance(cell, date) else str(cell) for cell in cells.tolist()
    ]
    return pd.Series(texts, index=cells.index, dtype=object)


def within(values: pd.Series[Any], column: Column) -> pd.Series[Any]:
    """Say which numbers are inside the bounds of their column."""
    low = float("-inf") if column.minimum is None else column.minimum
    high = float("inf") if column.maximum is None else column.maximum
    return values.between(low, high, inclusive="right" if column.above else "both")


def _outside(column: Column, value: float) -> str:
    unit = f" {column.unit}" if column.unit else ""
    text = f"{value:.10g} is outside {column.range}{unit}"
    if column.unit == "GiB" and value > (column.maximum or 0):
        text += f"; if it is in MiB write {value / 1024:.10g}"
    if column.unit == "s" and value > (column.maximum or 0):
        text += f"; if it is in milliseconds write {value / 1000:.10g}"
    return text


def _unit(column: Column) -> str:
    return f" ({column.unit})" if column.unit else ""


def _moments(cells: pd.Series[Any]) -> Read:
    if is_datetime64_any_dtype(cells):
        return Read(pd.to_datetime(cells, utc=True), {})
    text = _strings(cells)
    fits = text.str.fullmatch(_MOMENT, na=False).astype(bool)
    values = pd.to_datetime(text.where(fits), format="ISO8601", utc=True, errors="coerce")
    wrong = text.notna() & values.isna()
    complaints = {row: f"{_show(cells[row])} is not a time such as 2026-01-31T13:45:00Z" for row in wrong.index[wrong]}
    return Read(values, complaints)


def _each(cells: pd.Series[Any], reader: Callable[[Any], Any]) -> Read:
    """Read cell by cell, each distinct text once; a reader says ValueError(what is wrong)."""
    known: dict[str, Any] = {}
    values: list[Any] = []
    complaints: dict[int, str] = {}
    for row, cell in enumerate(cells.tolist()):
        value = None
        try:
            if isinstance(cell, str):
                value = known[cell] if cell in known else known.setdefault(cell, reader(cell))
            elif not absent(cell):
                value = reader(cell)
        except ValueError as error:
            complaints[row] = str(error)
        values.append(value)
    return Read(pd.Series(values, index=cells.index, dtype=object), complaints)


def _texts(column: Column) -> Callable[[Any], str]:
    longest = NAME_LENGTH if column.name in ("application", "cluster") else TEXT_LENGTH

    def text(cell: Any) -> str:
        if not isinstance(cell, str | int | float):
            raise ValueError(f"{_show(cell)} is not text")
        value = str(cell)
        if len(value) > longest:
            raise ValueError(f"{_show(value)} has {len(value):,} characters, at most {longest} are allowed")
        if not value.isprintable():
            raise ValueError(f"{_show(value)} has characters that cannot be printed")
        if column.choices and value not in column.choices:
            raise ValueError(f"{_show(value)} is none of {column.range}{did_you_mean(value, column.choices)}")
        return _uuid(value) if column.name == "run_id" else value

    return text


def did_you_mean(word: str, choices: tuple[str, ...]) -> str:
    """Return "; did you mean X?" for the choice that looks like `word`, or ""."""
    near = difflib.get_close_matches(word.lower(), choices, n=1, cutoff=0.7)
    return f"; did you mean {near[0]}?" if near else ""


def _uuid(value: str) -> str:
    try:
        return str(uuid.UUID(value))
    except ValueError:
        raise ValueError(f"{_show(value)} is not a UUID; leave run_id out and one is made") from None


def _object(cell: Any) -> dict[str, Any]:
    try:
        value = json.loads(cell) if isinstance(cell, str) else cell
        if not isinstance(value, Mapping):
            raise ValueError("not an object")
        text = to_json(value)
    except (ValueError, RecursionError) as error:
        raise ValueError(f'{_show(cell)} is not a JSON object such as {{"gc": "G1"}}: {error}') from error
    if len(text) > JSON_LENGTH:
        raise ValueError(f"has {len(text):,} characters, at most {JSON_LENGTH:,} are allowed")
    return dict(json.loads(text))


def _show(cell: Any) -> str:
    """Quote a cell for a message, shortened."""
    text = cell if isinstance(cell, str) else str(cell)
    return repr(text if len(text) <= 40 else text[:37] + "...")
