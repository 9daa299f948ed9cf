"""Read a CSV file into cells of text, each row with its line in the file."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field

import pandas as pd

from store.errors import Problem, UnreadableFileError
from store.runlog import NAMES

DELIMITERS = (",", ";", "\t")
_SIGNATURES = (
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or an Excel workbook"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"PAR1", "a Parquet file"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\xff\xfe", "UTF-16 text"),
    (b"\xfe\xff", "UTF-16 text"),
)


@dataclass
class Cells:
    """What a CSV file says, before anybody asks whether it makes sense.

    Parameters
    ----------
    header : list of str
        The column names.
    rows : list of list of str
        One list a row, as long as the header.
    lines : list of int
        Line of the file where each row starts, from 1.
    problems : list of Problem
        Rows that do not have one cell for each column.
    """

    header: list[str]
    rows: list[list[str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def frame(self) -> pd.DataFrame:
        """Return the rows as text columns."""
        return pd.DataFrame(self.rows, columns=self.header, dtype=object)


def read_csv(content: bytes, name: str, rows: str = "runs") -> Cells:
    """Split a CSV file into cells.

    Parameters
    ----------
    content : bytes
        The file, UTF-8, cells separated by comma, semicolon or tab.
    name : str
        For messages.
    rows : str
        What a row is, for messages.

    Raises
    ------
    UnreadableFileError
        If it is no CSV file of runs at all.
    """
    text = _decode(content, name)
    delimiter = _delimiter(text, name, rows)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    cells: Cells | None = None
    start = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                if cells is None:
                    cells = Cells([cell.strip() for cell in row])
                else:
                    _take(cells, row, start)
            start = reader.line_num + 1
    except csv.Error as error:
        problem = Problem(start, None, f"cannot be read as CSV: {error}; look at its quotes")
        if cells is None:
            raise UnreadableFileError(f"{name}: {problem.describe()}") from error
        cells.problems.append(problem)
    if cells is None or not (cells.rows or cells.problems):
        raise UnreadableFileError(f"{name} has column names but no {rows}; nothing was stored")
    return cells


def _take(cells: Cells, row: list[str], line: int) -> None:
    if len(row) == len(cells.header):
        cells.rows.append(row)
        cells.lines.append(line)
        return
    more_or_less = "more" if len(row) > len(cells.header) else "fewer"
    text = f"has {len(row)} cells, {more_or_less} than the {len(cells.header)} columns of the header"
    cells.problems.append(Problem(line, None, text))


def _decode(content: bytes, name: str) -> str:
    for signature, kind in _SIGNATURES:
        if content.startswith(signature):
            raise UnreadableFileError(f"{name} is {kind}; save it as CSV in UTF-8 and try again")
    if not content.strip(b" \t\r\n,;"):
        raise UnreadableFileError(f"{name} is empty; nothing was stored")
    if b"\0" in content:
        raise UnreadableFileError(f"{name} is a binary file, not a CSV file of runs")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableFileError(f"{name} is not UTF-8 (line {line}); save it as CSV in UTF-8 and try again") from None


def _delimiter(text: str, name: str, rows: str) -> str:
    """Choose the delimiter that makes most run-log columns of the first line."""
    first = next((line for line in text.splitlines() if line.strip()), "")

    def known(delimiter: str) -> int:
        return sum(cell.strip().strip('"') in NAMES for cell in first.split(delimiter))

    best = max(DELIMITERS, key=known)
    if known(best) == 0:
        raise UnreadableFileError(
            f"{name} is no CSV file of {rows}: line 1 should name columns such as num_executors, executor_cores, "
            "executor_memory_gb; python -m store format lists them all"
        )
    return best
