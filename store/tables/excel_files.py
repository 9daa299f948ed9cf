"""Excel workbooks: the first sheet that has a header of ours, read row by row.

openpyxl in its read-only mode holds one row at a time, whatever the workbook says its dimensions are
(docs/decisions/0014: why not a faster reader).
"""

from __future__ import annotations

import itertools
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from store import headers
from store.errors import UnreadableFileError
from store.limits import LIMITS, Limits
from store.sandbox import Connection
from store.tables.files import File
from store.tables.table import Table

BATCH = 10_000
HEADER_WITHIN = 20


def read(connection: Connection, file: File, limits: Limits = LIMITS) -> Table:
    """Look at an Excel workbook; its rows are copied into the sandbox.

    Raises
    ------
    UnreadableFileError
        If it is damaged, has no sheet of runs or is larger than allowed.
    """
    import openpyxl  # here, because it takes a seventh of the time that importing the store does

    _check_size(file, limits)
    try:
        with file.path.open("rb") as content:  # a path would have to end in .xlsx
            workbook = openpyxl.load_workbook(content, read_only=True, data_only=True, keep_links=False)
            number, names = _copy(connection, workbook, file, limits)
    except UnreadableFileError:
        raise
    except Exception as error:  # openpyxl raises whatever its parsers raise when a workbook is damaged
        raise UnreadableFileError(
            f"{file.name} is a damaged Excel workbook: {error or type(error).__name__}"
        ) from error
    return Table(
        names,
        [f"c{place}" for place in range(len(names))],
        "sheet",
        lambda rows: {row: row + number + 1 for row in rows},
        first_line=number,
        unit="row",
    )


def _check_size(file: File, limits: Limits) -> None:
    with zipfile.ZipFile(file.path) as archive:
        size = sum(member.file_size for member in archive.infolist())
    if size > limits.unpacked_bytes:
        raise UnreadableFileError(
            f"{file.name} unpacks to {size:,} bytes, at most {limits.unpacked_bytes:,} are taken; save it as CSV"
        )


def _copy(connection: Connection, workbook: Any, file: File, limits: Limits) -> tuple[int, list[str]]:
    """Copy the sheet of runs into the table sheet; return the row and the names of its header."""
    for sheet in workbook.worksheets:
        rows = sheet.iter_rows(values_only=True, max_col=limits.columns)
        for number, cells in enumerate(itertools.islice(rows, HEADER_WITHIN), start=1):
            names = [_text(cell) or "" for cell in cells]
            while names and not names[-1]:
                names.pop()
            if sum(headers.recognise(name).column is not None for name in names) > 1:
                _copy_rows(connection, rows, len(names), file, limits)
                return number, names
    raise UnreadableFileError(
        f"{file.name} has no sheet of runs: one of its first rows should name columns such as application, cluster, "
        "num_executors"
    )


def _copy_rows(connection: Connection, rows: Iterable[Sequence[Any]], width: int, file: File, limits: Limits) -> None:
    names = [f"c{place}" for place in range(width)]
    connection.execute(f"CREATE TABLE sheet ({', '.join(f'{name} VARCHAR' for name in names)})")
    copied = 0
    for batch in _batches(rows, width):
        copied += len(batch)
        limits.check_rows(file.name, copied)
        columns = [pa.array(column, pa.string()) for column in zip(*batch, strict=True)]
        connection.register("incoming", pa.table(columns, names=names))
        connection.execute("INSERT INTO sheet FROM incoming")
        connection.unregister("incoming")


def _batches(rows: Iterable[Sequence[Any]], width: int) -> Iterator[list[tuple[str | None, ...]]]:
    padding = (None,) * width
    texts = (tuple(map(_text, (*cells, *padding)[:width])) for cells in rows)
    while batch := list(itertools.islice(texts, BATCH)):
        yield batch


def _text(cell: Any) -> str | None:
    """Write a cell as a CSV file would have it."""
    if cell is None:
        return None
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, timedelta):
        return str(cell.total_seconds())
    return cell.isoformat() if isinstance(cell, date) else str(cell)
