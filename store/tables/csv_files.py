"""CSV files: the header is read here, the rows by DuckDB, and again only to name the line of a mistake."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from store.checking import headers
from store.checking.sandbox import Connection
from store.errors import Problem, UnreadableFileError
from store.runlog import BY_NAME
from store.spreadsheet import restored
from store.tables.files import File
from store.tables.limits import LIMITS, Limits
from store.tables.table import Table

HEADER_WITHIN = 20  # lines; what stands above it is a title
csv.field_size_limit(LIMITS.line_bytes)  # of the csv module, which takes shorter cells than DuckDB otherwise
_PREFERRED = ",;\t|"
_READ = """
read_csv($path, auto_detect = false, header = false, skip = $skip, delim = $delimiter, quote = '"', escape = '"',
         columns = $columns, new_line = '\\n', strict_mode = true, max_line_size = $line_bytes, store_rejects = true)
"""
_ONLY_LOOKED_AT = _READ.replace("store_rejects", "ignore_errors")
_REJECTED = """
SELECT line_byte_position, any_value(error_type ORDER BY column_idx), any_value(csv_line)
FROM reject_errors GROUP BY line_byte_position ORDER BY line_byte_position
"""


@dataclass(frozen=True)
class Dialect:
    """How a file is written.

    Parameters
    ----------
    names : list of str
        The header.
    delimiter : str
        One character.
    skip : int
        Lines down to and with the header.
    """

    names: list[str]
    delimiter: str
    skip: int


def read(connection: Connection, file: File, limits: Limits = LIMITS) -> Table:
    """Look at a CSV file.

    Raises
    ------
    UnreadableFileError
        If it has no columns of a run log, or is larger than allowed.
    """
    dialect = _dialect(file)
    if file.lines - 1 > limits.rows:  # lines that a cell is spread over, and empty ones, are no rows
        limits.check_rows(file.name, _count(file, dialect, limits.rows + 1))
    limits.check_columns(file.name, len(dialect.names))
    columns = {f"c{number}": "VARCHAR" for number in range(len(dialect.names))}
    parameters = {
        "path": str(file.path),
        "skip": dialect.skip,
        "delimiter": dialect.delimiter,
        "columns": columns,
        "line_bytes": limits.line_bytes,
    }
    return Table(
        dialect.names,
        [restored(column) for column in columns],
        _READ,
        lambda rows: _lines(file, dialect, rows, _rejected_lines(connection, file)),
        parameters,
        first_line=dialect.skip,
        decimal_comma=dialect.delimiter != "," and not _has_points(connection, dialect, parameters),
        broken=lambda: _broken(connection, file, dialect),
    )


def _dialect(file: File) -> Dialect:
    """Find the header, and the delimiter that makes most run-log columns of it."""
    start = file.head.decode("utf-8-sig", errors="ignore")
    lines = start.split("\n")
    number = next((number for number, line in enumerate(lines) if line.strip(" \t,;")), 0)
    told = lines[number][4:5] if lines[number].lower().startswith("sep=") and len(lines) > number + 1 else ""
    number += bool(told)
    # A title may hold a word that is a column's name; a header holds several.
    near = range(number, min(len(lines), number + HEADER_WITHIN))
    number = next((place for place in near if _known(lines[place], _delimiter(lines[place], told)) > 1), number)
    delimiter = _delimiter(lines[number], told)
    if not _known(lines[number], delimiter):
        raise UnreadableFileError(
            f"{file.name} is no table: line {number + 1} should name columns of a run log such as num_executors, "
            "executor_cores; python -m store format lists them, --template prints a file to fill in"
        )
    return Dialect(_cells(lines[number], delimiter), delimiter, number + 1)


def _delimiter(line: str, told: str) -> str:
    return told or max(_candidates(line), key=lambda one: _known(line, one))


def _candidates(line: str) -> list[str]:
    """Characters that may be the delimiter, likely ones first."""
    marks = dict.fromkeys(mark for mark in line if not mark.isalnum() and mark.isascii() and mark not in '"_\\')
    return [*_PREFERRED, *(mark for mark in marks if mark not in _PREFERRED)]


def _known(line: str, delimiter: str) -> int:
    return sum(headers.recognise(name).column is not None for name in _cells(line, delimiter))


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])]
    except csv.Error:
        return []


def _records(path: Path, dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines where records start, with their cells, as the csv module splits them."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, delimiter=dialect.delimiter)
        start = 1
        for cells in reader:
            if start > dialect.skip and cells:
                yield start, cells
            start = reader.line_num + 1


def _count(file: File, dialect: Dialect, most: int) -> int:
    """Count the records, no further than to `most`; lines where they cannot be told."""
    try:
        return sum(1 for _ in islice(_records(file.path, dialect), most))
    except csv.Error:
        return file.lines


def _has_points(connection: Connection, dialect: Dialect, parameters: Mapping[str, Any]) -> bool:
    """Say whether a number has a decimal point."""
    columns = [headers.recognise(name).column for name in dialect.names]
    numbers = [
        f"contains(c{place}, '.')" for place, name in enumerate(columns) if name and BY_NAME[name].type == "float"
    ]
    if not numbers:
        return False
    sql = f"SELECT 1 FROM {_ONLY_LOOKED_AT} WHERE {' OR '.join(numbers)} LIMIT 1"  # noqa: S608 -- of our own names
    return connection.execute(sql, parameters).fetchone() is not None


def _rejected_lines(connection: Connection, file: File) -> set[int]:
    return {line for line, _, _ in _rejected(connection, file)}


def _rejected(connection: Connection, file: File) -> list[tuple[int, str, str]]:
    """Return line, kind and text of what DuckDB could not take as a row."""
    rows = connection.execute(_REJECTED).fetchall()
    lines = _lines_at(file.path, [position for position, _, _ in rows])
    return [(line, kind, text or "") for line, (_, kind, text) in zip(lines, rows, strict=True)]


def _lines_at(path: Path, positions: Sequence[int]) -> list[int]:
    """Return the lines of rows that start at these byte positions, which count from 1, or after blank lines there."""
    wanted, position, due = set(positions), 1, False
    lines: list[int] = []
    if not wanted:  # as a rule: the file need not be read again
        return lines
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            due = due or position in wanted
            if due and line != b"\n":
                lines.append(number)
                due = False
            position += len(line)
    return lines


def _broken(connection: Connection, file: File, dialect: Dialect) -> list[Problem]:
    rejected = _rejected(connection, file)
    return [
        Problem(line, None, _explained(kind, text, dialect))
        for line, kind, text in rejected
        if text.strip(f' \t\n"{dialect.delimiter}')
    ]


def _explained(kind: str, text: str, dialect: Dialect) -> str:
    if kind == "LINE SIZE OVER MAXIMUM":
        return "is longer than allowed; look for a quote that is not closed"
    if kind not in ("MISSING COLUMNS", "TOO MANY COLUMNS"):
        return "cannot be read as CSV; look at its quotes"
    found, columns = len(_cells(text.strip("\n"), dialect.delimiter)), len(dialect.names)
    more_or_less = "more" if found > columns else "fewer"
    return f"has {found} cells, {more_or_less} than the {columns} columns of the header"


def _lines(file: File, dialect: Dialect, rows: Sequence[int], rejected: set[int]) -> Mapping[int, int]:
    """Find the lines of rows: the n-th record that DuckDB took is row n."""
    wanted = set(rows)
    try:
        starts = (line for line, _ in _records(file.path, dialect) if line not in rejected)
        return {row: line for row, line in enumerate(starts) if row in wanted}
    except csv.Error:
        return {}
