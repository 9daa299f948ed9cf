"""A table as the texts of its cells, for who wants more of it than runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from store import cells, headers
from store.errors import Problem
from store.headers import Header
from store.limits import LIMITS, Limits
from store.runlog import BY_NAME
from store.tables.files import opened
from store.tables.reading import OpenTable, open_table, said_of


@dataclass(frozen=True)
class Texts:
    """What a table says, before anybody asks whether it makes sense.

    Parameters
    ----------
    headers : list of Header
        What its columns mean.
    cells : DataFrame
        Text of each cell, empty where there is none. Rows without any text are left out.
    lines : list of int
        Line of the file for each row, where it is known.
    first_line : int or None
        Line of the headers, where there is one.
    unit : str
        What lines count: "line" or "row".
    decimal_comma : bool
        Numbers have a comma where others have a point.
    broken : list of Problem
        What could not be read as rows.
    """

    headers: list[Header]
    cells: pd.DataFrame
    lines: list[int | None]
    first_line: int | None
    unit: str
    decimal_comma: bool
    broken: list[Problem]

    def numbers(self, place: int) -> tuple[pd.Series[float], dict[int, str]]:
        """Read the column at ``place`` as its header says; also returns what is wrong, by row."""
        header, texts = self.headers[place], self.cells.iloc[:, place]
        column = BY_NAME[header.column or ""]
        if self.decimal_comma:
            texts = texts.str.replace(",", ".")
        values: list[Any] = []
        complaints: dict[int, str] = {}
        for row, text in enumerate(texts):
            value, complaint = cells.value_or_complaint(column, text, header.scale)
            values.append(value)
            if complaint:
                complaints[row] = complaint
        return pd.Series(values, dtype="float64"), complaints


def read_texts(path: Path, limits: Limits = LIMITS) -> Texts:
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
        return _texts(source)


def _texts(source: OpenTable) -> Texts:
    table = source.table
    columns = ", ".join(f"{text} AS c{place}" for place, text in enumerate(table.texts))
    sql = f"SELECT {columns} FROM {table.sql}"  # noqa: S608 -- a reader's own, with the file's names quoted
    found = source.connection.execute(sql, dict(table.parameters)).df()
    found = found.astype(object).where(found.notna(), "").set_axis(list(table.headers), axis=1)
    kept = found[found.map(lambda text: bool(text.strip())).any(axis=1)]
    lines = table.lines(list(kept.index))
    return Texts(
        headers.match(table.headers),
        kept.reset_index(drop=True),
        [lines.get(row) for row in kept.index],
        table.first_line,
        table.unit,
        table.decimal_comma,
        table.broken(),
    )
