"""A table as the texts of its cells, for who wants more of it than runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from store.checking import headers
from store.checking.cells import value_or_complaint
from store.checking.headers import Header
from store.errors import Problem
from store.runlog import BY_NAME
from store.tables.files import opened
from store.tables.limits import LIMITS, Limits
from store.tables.reading import OpenTable, open_table, said_of
from store.tables.table import Table


@dataclass(frozen=True)
class Contents:
    """What a table says, before anybody asks whether it makes sense.

    Parameters
    ----------
    table : Table
        What its reader made of the file; the file itself is closed.
    headers : list of Header
        What its columns mean.
    cells : DataFrame
        Text of each cell, empty where there is none. Rows without any text are left out.
    lines : list of int or None
        Line of the file for each row, where it is known.
    broken : list of Problem
        What could not be read as rows.
    """

    table: Table
    headers: list[Header]
    cells: pd.DataFrame
    lines: list[int | None]
    broken: list[Problem]

    def numbers(self, place: int) -> tuple[pd.Series[float], dict[int, str]]:
        """Read the column at ``place`` as its header says; also returns what is wrong, by row."""
        header, texts = self.headers[place], self.cells.iloc[:, place]
        column = BY_NAME[header.column or ""]
        if self.table.decimal_comma and column.type == "float":
            texts = texts.str.replace(",", ".")
        found = [value_or_complaint(column, text, header.scale) for text in texts]
        complaints = {row: complaint for row, (_, complaint) in enumerate(found) if complaint}
        return pd.Series([value for value, _ in found], dtype="float64"), complaints


def read_contents(path: Path, limits: Limits = LIMITS) -> Contents:
    """Read a CSV, Excel, Parquet or JSON-lines file.

    Raises
    ------
    UnreadableFileError
        If it is no table with columns of a run log.
    """
    with (
        opened(path, path.name, limits) as file,
        open_table(file, limits) as source,
        said_of(source.file, source.kind),
    ):
        return _contents(source)


def _contents(source: OpenTable) -> Contents:
    table = source.table
    columns = ", ".join(f"{text} AS c{place}" for place, text in enumerate(table.texts))
    sql = f"SELECT {columns} FROM {table.sql}"  # noqa: S608 -- a reader's own, with the file's names quoted
    found = source.connection.execute(sql, dict(table.parameters)).df()
    found = found.astype(object).where(found.notna(), "").set_axis(list(table.headers), axis=1)
    kept = found[found.map(lambda text: bool(text.strip())).any(axis=1)]
    lines = table.lines(list(kept.index))
    return Contents(
        table,
        headers.match(table.headers),
        kept.reset_index(drop=True),
        [lines.get(row) for row in kept.index],
        table.broken(),
    )
