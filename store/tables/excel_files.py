"""Excel workbooks: the first sheet that has a header of ours, read row by row.

openpyxl in its read-only mode holds one row at a time, whatever the workbook says its dimensions are
(docs/decisions/0014: why not a faster reader).
"""

from __future__ import annotations

import itertools
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any
from xml.etree import ElementTree

import pyarrow as pa

from store import zips
from store.checking import headers
from store.checking.sandbox import Connection
from store.errors import UnreadableFileError
from store.printable import printable
from store.tables.files import File
from store.tables.limits import LIMITS, Limits
from store.tables.table import Table

BATCH = 10_000
HEADER_WITHIN = 20
NAMED = 5  # sheets that were not read
AT_ONCE_BYTES = 16 << 20  # a text takes openpyxl some 30 microseconds
LARGEST_TYPES = 1 << 20
_LITERAL = re.compile(r'"[^"]*"|\\.')  # of a number format: what is only shown
_TYPES = "/[Content_Types].xml"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"


def read(connection: Connection, file: File, limits: Limits = LIMITS) -> Table:
    """Look at an Excel workbook; its rows are copied into the sandbox.

    Raises
    ------
    UnreadableFileError
        If it is damaged, has no sheet with a table or is larger than allowed.
    """
    import openpyxl  # here, because it takes a seventh of the time that importing the store does

    try:
        _check_size(file, limits)
        with file.path.open("rb") as content:  # a path would have to end in .xlsx
            workbook = openpyxl.load_workbook(content, read_only=True, data_only=True, keep_links=False)
            number, names, notes = _copy(connection, workbook, file, limits)
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
        notes=notes,
    )


def _check_size(file: File, limits: Limits) -> None:
    """Sheets are read row by row; texts, styles and lists are read into memory at once, wherever they lie."""
    with file.path.open("rb") as content, zips.open_zip(content) as archive:
        sizes = {f"/{member.filename}": member.file_size for member in archive.infolist()}
        streamed = _sheets(archive) if sizes.get(_TYPES, 0) <= LARGEST_TYPES else set()
    at_once = sum(size for name, size in sizes.items() if name not in streamed and not name.startswith("/xl/media/"))
    for size, most in ((sum(sizes.values()), limits.unpacked_bytes), (at_once, AT_ONCE_BYTES)):
        if size > most:
            raise UnreadableFileError(
                f"{file.name} unpacks to {size:,} bytes, at most {most:,} are taken; save it as CSV"
            )


def _sheets(archive: zipfile.ZipFile) -> set[str]:
    """Return the members that are sheets and nothing else."""
    kinds: dict[str, set[str]] = {}
    with archive.open(_TYPES.removeprefix("/")) as types:
        for _, element in ElementTree.iterparse(types):  # noqa: S314 - it is small, and expat bounds entities
            if name := element.get("PartName"):
                kinds.setdefault(name, set()).add(element.get("ContentType", ""))
    return {name for name, said in kinds.items() if said == {_SHEET}}


def _copy(connection: Connection, workbook: Any, file: File, limits: Limits) -> tuple[int, list[str], tuple[str, ...]]:
    """Copy the sheet with the table into the table sheet; return the row and the names of its header, and notes."""
    for sheet in workbook.worksheets:
        rows = sheet.iter_rows(max_col=limits.columns + 1)
        for number, cells in enumerate(itertools.islice(rows, HEADER_WITHIN), start=1):
            names = [_text(cell) or "" for cell in cells]
            while names and not names[-1]:
                names.pop()
            if sum(headers.recognise(name).column is not None for name in names) > 1:
                limits.check_columns(file.name, len(names))
                below = sheet.iter_rows(min_row=number + 1, max_col=len(names))
                _copy_rows(connection, below, len(names), file, limits)
                return number, names, _unread(workbook.worksheets, sheet)
    raise UnreadableFileError(
        f"{file.name} has no sheet with a table: one of its first rows should name columns of a run log such as "
        "num_executors, executor_cores"
    )


def _unread(sheets: Sequence[Any], read: Any) -> tuple[str, ...]:
    others = [repr(printable(sheet.title)) for sheet in sheets if sheet is not read]
    if not others:
        return ()
    more = f" and {len(others) - NAMED} more" if len(others) > NAMED else ""
    return (f"sheet {printable(read.title)!r} was read; not read: {', '.join(others[:NAMED])}{more}",)


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
    texts = ((*map(_text, cells), *padding)[:width] for cells in rows)
    while batch := list(itertools.islice(texts, BATCH)):
        yield batch


def _text(cell: Any) -> str | None:
    """Write a cell as a CSV file would have it."""
    value = cell.value
    if value is None:
        return None
    if isinstance(value, int | float) and "%" in _LITERAL.sub("", cell.number_format or ""):
        return f"{100 * value:.12g}%"  # Excel keeps 10 % as 0.1
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, timedelta):
        return str(value.total_seconds())
    return value.isoformat() if isinstance(value, date) else str(value)
