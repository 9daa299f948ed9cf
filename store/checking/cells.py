"""Read the cells of a column from their text: the value, nothing, or what is wrong with it."""

from __future__ import annotations

import difflib
import json
import math
import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from store.checking import hints
from store.frames import to_json
from store.runlog import NAME_LENGTH, Column

TEXT_LENGTH = 200
JSON_LENGTH = 20_000
TOO_LONG = "has {:,} characters, at most {:,} are allowed"  # for Python's format and DuckDB's
_MISSING = frozenset(("", "na", "n/a", "nan", "null", "none"))
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_CLOCK = r"\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?\s?(?:Z|[+-]\d\d:?\d\d)?"
_MOMENT = re.compile(rf"\d{{4}}-\d\d-\d\d(?:[T ]{_CLOCK})?", re.ASCII)
_YEARS = range(1970, 2200)


def value(column: Column, text: str, scale: float = 1.0) -> Any:
    """Read the text of a cell as `column` says.

    Parameters
    ----------
    column : Column
        How to read it.
    text : str
        The cell. Blanks around it, and NA and the like outside free text, do not count.
    scale : float
        What a plain number is multiplied by to get the column's unit.

    Returns
    -------
    str, int, float, datetime (UTC, without a zone) or None
        The value, JSON as its canonical text; None when the cell is empty.

    Raises
    ------
    ValueError
        With what is wrong and, where that is clear, what to write instead.
    """
    text = text.strip()
    if len(text) > longest(column):
        raise ValueError(TOO_LONG.format(len(text), longest(column)))
    words = _MISSING if column.type != "text" or column.choices else frozenset(("",))
    if text.lower() in words:
        return None
    if column.type in ("integer", "float"):
        return _number(column, text, scale)
    return _READERS[column.type](column, text)


def value_or_complaint(column: Column, text: str, scale: float = 1.0) -> tuple[Any, str | None]:
    """As `value`, but what is wrong is returned in its place."""
    try:
        return value(column, text, scale), None
    except ValueError as error:
        return None, str(error)


def _number(column: Column, text: str, scale: float) -> float:
    number = float(text) * scale if _NUMBER.fullmatch(text) else hints.with_unit(column, text)
    if number is None or not math.isfinite(number) or (column.type == "integer" and number % 1):
        noun = "a whole number" if column.type == "integer" else "a number"
        unit = f" ({column.unit})" if column.unit else ""
        raise ValueError(f"{show(text)} is not {noun}{unit}{hints.instead(column, text)}")
    if not _within(number, column):
        raise ValueError(_outside(column, number))
    return int(number) if column.type == "integer" else number


def _within(number: float, column: Column) -> bool:
    low = -math.inf if column.minimum is None else column.minimum
    high = math.inf if column.maximum is None else column.maximum
    return (low < number if column.above else low <= number) and number <= high


def _outside(column: Column, number: float) -> str:
    unit = f" {column.unit}" if column.unit else ""
    text = f"{number:.10g} is outside {column.range}{unit}"
    if column.unit == "GiB" and number > (column.maximum or 0):
        text += f"; if it is in MiB write {number / 1024:.10g}"
    if column.unit == "s" and number > (column.maximum or 0):
        text += f"; if it is in milliseconds write {number / 1000:.10g}"
    return text


def _moment(_: Column, text: str) -> datetime:
    try:
        if not _MOMENT.fullmatch(text):
            raise ValueError
        moment = datetime.fromisoformat(re.sub(r"\s(?=[Z+-])", "", text))
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        if moment.year not in _YEARS:
            raise ValueError
    except (ValueError, OverflowError):
        raise ValueError(f"{show(text)} is not a time such as 2026-01-31T13:45:00Z") from None
    return moment.replace(tzinfo=None)


def longest(column: Column) -> int:
    """Return how many characters a cell may have; who fetches texts judges that first, so that they fit into memory."""
    if column.type == "json":
        return JSON_LENGTH
    return NAME_LENGTH if column.name in ("application", "cluster") else TEXT_LENGTH


def _text(column: Column, text: str) -> str:
    if not text.isprintable():
        raise ValueError(f"{show(text)} has characters that cannot be printed")
    if column.choices and text not in column.choices:
        raise ValueError(f"{show(text)} is none of {column.range}{did_you_mean(text, column.choices)}")
    return _uuid(text) if column.name == "run_id" else text


def did_you_mean(word: str, choices: tuple[str, ...]) -> str:
    """Return "; did you mean X?" for the choice that looks like `word`, or ""."""
    near = difflib.get_close_matches(word[:NAME_LENGTH].lower(), choices, n=1, cutoff=0.7)
    return f"; did you mean {near[0]}?" if near else ""


def _uuid(text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise ValueError(f"{show(text)} is not a UUID; leave run_id out and one is made") from None


def _object(_: Column, text: str) -> str:
    try:
        found = json.loads(text)
        if not isinstance(found, dict):
            raise ValueError("not an object")
        return to_json(found)
    except (ValueError, RecursionError) as error:
        raise ValueError(f'{show(text)} is not a JSON object such as {{"gc": "G1"}}: {error}') from error


_READERS: dict[str, Callable[[Column, str], Any]] = {"text": _text, "timestamp": _moment, "json": _object}


def show(text: str) -> str:
    """Quote a cell for a message, shortened."""
    return repr(text if len(text) <= 40 else text[:37] + "...")
