"""SQL that reads the plain cells of a column, a million at a time; `cells` reads the others, one text at a time."""

from __future__ import annotations

from store.checking.cells import longest
from store.runlog import Column

TYPES = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "float": "DOUBLE",
    "timestamp": "TIMESTAMP",
    "json": "VARCHAR",
}
_PRINTABLE = "[!-~]([ -~]*[!-~])?"
_UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_MOMENT = r"20\d\d-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?Z?)?"


def read(column: Column, text: str, scale: float = 1.0) -> str:
    """Return SQL for the value of a cell, NULL unless it is plainly right.

    What this reads, `cells.value` reads as the same value.

    Parameters
    ----------
    column : Column
        How to read it.
    text : str
        SQL for the text of the cell.
    scale : float
        What a plain number is multiplied by to get the column's unit.
    """
    if column.type in ("integer", "float"):
        return _number(column, f"TRY_CAST({text} AS DOUBLE) * {scale!r}")
    if column.type == "timestamp":
        return f"CASE WHEN regexp_full_match({text}, '{_MOMENT}') THEN TRY_CAST({text} AS TIMESTAMP) END"
    if column.type == "json":
        return "NULL::VARCHAR"
    return f"CASE WHEN {_is_plain(column, text)} THEN {text} END"


def _number(column: Column, number: str) -> str:
    low = f"{number} {'>' if column.above else '>='} {column.minimum}"
    whole = f" AND {number} = trunc({number})" if column.type == "integer" else ""
    return f"CASE WHEN {low} AND {number} <= {column.maximum}{whole} THEN ({number})::{TYPES[column.type]} END"


def _is_plain(column: Column, text: str) -> str:
    if column.choices:
        return f"{text} IN ({', '.join(repr(choice) for choice in column.choices)})"
    if column.name == "run_id":
        return f"regexp_full_match({text}, '{_UUID}')"
    return f"length({text}) <= {longest(column)} AND regexp_full_match({text}, '{_PRINTABLE}')"
