"""An uploaded table from its bytes to checked runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import pandas as pd
import pyarrow as pa

from store.checking import headers
from store.checking.check import SHOWN, Check, Rows, Text
from store.checking.headers import Header
from store.errors import InvalidRunsError, Problem, UnreadableFileError
from store.frames import typed
from store.runlog import BY_NAME, COLUMNS, NAMES
from store.tables.files import File
from store.tables.kinds import Kind
from store.tables.limits import LIMITS, Limits
from store.tables.reading import OpenTable, open_table, said_of
from store.tables.table import Table

_ORIGIN_NOTE = "column origin was ignored: what is uploaded has the origin uploaded"


@dataclass(frozen=True)
class Choices:
    """What the user decides about a table.

    Parameters
    ----------
    columns : mapping
        The run-log column of a header, None to ignore it; headers that are not here are recognised.
    given : mapping
        The text of run-log columns that the file does not have, the same for every row.
    """

    columns: Mapping[str, str | None] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Examined:
    """A table and what was found in it; it can be asked as long as its sandbox is open.

    Parameters
    ----------
    file : File
        The file.
    kind : str
        CSV, Parquet, JSON or Excel.
    table : Table
        What its reader made of it.
    headers : list of Header
        What was made of its columns.
    check : Check or None
        Its rows; None when no column was understood.
    header_problems, broken : list of Problem
        What is wrong with the headers, so with all rows; and with what could not be read as rows.
    """

    file: File
    kind: Kind
    table: Table
    headers: list[Header]
    check: Check | None
    header_problems: list[Problem]
    broken: list[Problem]

    @property
    def rows(self) -> int:
        """Rows in the file, those that could not be read included."""
        return len(self.broken) + (self.check.rows if self.check else 0)

    @property
    def good(self) -> int:
        """Rows that are runs; none when the headers do not make a run."""
        return 0 if self.header_problems or self.check is None else self.check.rows - self.check.bad

    @property
    def count(self) -> int:
        """How many things are wrong."""
        return len(self.header_problems) + len(self.broken) + (self.check.count if self.check else 0)

    def problems(self) -> list[Problem]:
        """Return what is wrong, the first thousand things, by line."""
        found = self.header_problems + self.broken
        if self.check is not None:
            found = found + self.check.problems(self.table.lines)
        return sorted(found, key=lambda problem: problem.line or 0)[:SHOWN]

    def runs(self, first: int | None = None) -> pa.Table:
        """Return the good runs, as `Check.runs` does."""
        if self.check is None:
            raise ValueError("a table whose columns were not understood has no runs")
        with said_of(self.file, self.kind):
            return self.check.runs(first)

    def sample(self, first: int) -> pd.DataFrame:
        """Return the first good runs, as `Runs.load` would."""
        runs = self.runs(first).to_pandas() if self.good else pd.DataFrame(columns=list(NAMES))
        return typed(runs, COLUMNS)

    def error(self) -> InvalidRunsError:
        """Return the error that says what is wrong."""
        return InvalidRunsError(self.problems(), self.file.name, self.table.unit, self.count, self.good)

    def notes(self) -> tuple[str, ...]:
        """Say what the user should know."""
        columns = [header.column for header in self.headers]
        notes = [_ORIGIN_NOTE] if "origin" in columns else []
        if self.table.decimal_comma and {"float"} & {BY_NAME[column].type for column in columns if column}:
            notes.append("a comma is read as the decimal mark")
        return (*notes, *self.table.notes)


@contextmanager
def examined(file: File, choices: Choices | None = None, limits: Limits = LIMITS) -> Iterator[Examined]:
    """Read a table and check its rows.

    Raises
    ------
    UnreadableFileError
        If it is no table of runs at all.
    """
    with open_table(file, limits) as opened:
        with said_of(opened.file, opened.kind):
            found = _examine(opened, choices or Choices())
        yield found


def _examine(opened: OpenTable, choices: Choices) -> Examined:
    file, table = opened.file, opened.table
    known = headers.match(table.headers, choices.columns)
    wrong = headers.problems(known, choices.given.keys(), table.first_line)
    rows = _rows(table, known, choices.given)
    check = None if all(text.constant for text in rows.columns.values()) else Check(opened.connection, rows)
    found = Examined(file, opened.kind, table, known, check, wrong, table.broken())
    if not wrong and not found.rows:
        raise UnreadableFileError(f"{file.name} has column names but no runs; nothing was stored")
    return found


def _rows(table: Table, known: Sequence[Header], given: Mapping[str, str]) -> Rows:
    """Give each run-log column the text of the first header that means it, or what the user gave."""
    columns: dict[str, Text] = {}
    for header, cell in zip(known, table.texts, strict=True):
        if header.column is not None and header.column != "origin" and header.column not in columns:
            # A whole number has no decimal mark: a comma in it parts thousands, which nobody should guess.
            mark = table.decimal_comma and BY_NAME[header.column].type == "float"
            mended = f"replace({cell}, ',', '.')" if mark else cell
            columns[header.column] = Text(mended, header.scale)
    lacking = {name: value for name, value in given.items() if name not in columns}
    constants = {name: Text(f"$given_{name}", constant=True) for name in lacking}
    columns |= constants | {"origin": Text("'uploaded'", constant=True)}
    return Rows(table.sql, columns, {**table.parameters, **{f"given_{name}": text for name, text in lacking.items()}})
