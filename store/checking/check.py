"""Rows of text in, clean typed runs and everything that is wrong out.

The work is done in SQL, column by column, so that a million rows take seconds. What SQL cannot read plainly (a unit
beside a number, an accent in a name, a mistake) is read by `cells`, each distinct text once; only that is slow.
"""
# ruff: noqa: S608 -- the SQL is composed of the contract's own column names, never of what a file says

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from store import identity
from store.checking import cells, plain
from store.checking.rules import DEFAULTS, Rule, rules
from store.checking.sandbox import Connection
from store.errors import Problem
from store.frames import ARROW
from store.runlog import BY_NAME, COLUMNS, Column

SHOWN = 1_000
AT_ONCE = 1_000  # texts that are read by Python: the others wait in DuckDB, within its limit of memory


@dataclass(frozen=True)
class Text:
    """Where the text of a column is.

    Parameters
    ----------
    sql : str
        An expression over the rows.
    scale : float
        What a plain number is multiplied by to get the column's unit.
    constant : bool
        It is the same for every row, and not from the rows.
    """

    sql: str
    scale: float = 1.0
    constant: bool = False


@dataclass(frozen=True)
class Rows:
    """Rows of text, as SQL sees them.

    Parameters
    ----------
    sql : str
        What stands after FROM. The order of its rows is the order of the file.
    columns : mapping
        The text of each run-log column that the file has.
    parameters : mapping
        Values of $names in the SQL above.
    """

    sql: str
    columns: Mapping[str, Text]
    parameters: Mapping[str, Any] = field(default_factory=dict)


class Check:
    """Runs under examination, in a sandbox of their own.

    Parameters
    ----------
    connection : Connection
        The sandbox; tables and views are made there.
    rows : Rows
        What is examined.
    skip_blank : bool
        A row without anything in any column is no run.

    Attributes
    ----------
    rows, bad : int
        Rows that were examined, and those of them that are wrong.
    count : int
        Everything that is wrong with them.
    """

    def __init__(self, connection: Connection, rows: Rows, skip_blank: bool = True) -> None:
        self.count = 0
        self._sql = connection
        self._found: list[tuple[int, str, str]] = []
        self._make_cells(rows)
        unread = [name for name, text in rows.columns.items() if self._read_odd(BY_NAME[name], text.scale)]
        self._make_runs(rows.columns, unread, skip_blank)
        self._judge([*(_unreadable(name) for name in unread), *rules(rows.columns.keys())])
        [self.rows] = self._row("SELECT count(*) FROM runs")
        if "run_id" in rows.columns and self.rows > 1:
            self._judge_ids()
        [self.bad] = self._row("SELECT count(*) FROM bad")

    def problems(self, lines: Callable[[Sequence[int]], Mapping[int, int]]) -> list[Problem]:
        """Return what is wrong, the first thousand things by line; `lines` gives the lines of rows."""
        found = sorted(self._found, key=lambda one: one[0])[:SHOWN]
        places = lines(sorted({row for row, _, _ in found})) if found else {}
        return [Problem(places.get(row), column, message) for row, column, message in found]

    def runs(self, first: int | None = None) -> pa.Table:
        """Return the good runs: all run-log columns, run_id as a UUID, and `row`, where each was.

        Parameters
        ----------
        first : int or None
            How many, in the order of the rows; None for all, in any order.
        """
        types = {column.name: plain.TYPES[column.type] for column in COLUMNS} | {"run_id": "UUID"}
        columns = ", ".join(f"{name}::{kind} AS {name}" for name, kind in types.items())
        good = "ANTI JOIN bad USING (row)" if self.bad else ""
        order = "" if first is None else f"ORDER BY row LIMIT {first:d}"
        return self._sql.sql(f"SELECT row, {columns} FROM named {good} {order}").to_arrow_table()

    def _row(self, sql: str) -> tuple[Any, ...]:
        [row] = self._sql.execute(sql).fetchall()
        return row

    def _make_cells(self, rows: Rows) -> None:
        """Make the table cells: plain cells as their values, NAME, the others as text, odd_NAME."""
        names = rows.columns
        texts = [f"{text.sql} AS text_{name}" for name, text in names.items()]
        values = [f"{plain.read(BY_NAME[name], f'text_{name}', text.scale)} AS {name}" for name, text in names.items()]
        odd = [f"CASE WHEN {name} IS NULL THEN nullif(trim(text_{name}), '') END AS odd_{name}" for name in names]
        sql = (
            f"CREATE TABLE cells AS SELECT {', '.join([*names, *odd])} "
            f"FROM (SELECT *, {', '.join(values)} FROM (SELECT {', '.join(texts)} FROM {rows.sql}))"
        )
        used = set(re.findall(r"\$(\w+)", sql))
        self._sql.execute(sql, {name: value for name, value in rows.parameters.items() if name in used})
        counts = self._row(f"SELECT {', '.join(f'count(odd_{name})' for name in names)} FROM cells")
        self._joined = [name for name, count in zip(names, counts, strict=True) if count]

    def _read_odd(self, column: Column, scale: float) -> bool:
        """Make the table read_NAME from the odd cells of a column, each text once; say whether any is wrong."""
        if column.name not in self._joined:
            return False
        most, read = cells.longest(column), f"read_{column.name}"
        self._sql.execute(
            f"CREATE TABLE {read} AS SELECT text, NULL::{plain.TYPES[column.type]} AS value, "
            f"format('{cells.TOO_LONG}', length(text), {most}) AS complaint "
            f"FROM (SELECT DISTINCT odd_{column.name} AS text FROM cells) WHERE length(text) > {most}"
        )
        with closing(self._sql.cursor()) as cursor:  # of its own: it is read while what was read is written
            texts = cursor.execute(
                f"SELECT DISTINCT odd_{column.name} FROM cells WHERE length(odd_{column.name}) <= {most}"
            )
            while some := [text for (text,) in texts.fetchmany(AT_ONCE)]:
                found = [cells.value_or_complaint(column, text, scale) for text in some]
                values = pa.array([value for value, _ in found], ARROW[column.type])
                complaints = pa.array([complaint for _, complaint in found], pa.string())
                self._sql.register("incoming", pa.table({"text": some, "value": values, "complaint": complaints}))
                self._sql.execute(f"INSERT INTO {read} FROM incoming")
                self._sql.unregister("incoming")
        return bool(self._row(f"SELECT count(complaint) FROM {read}")[0])

    def _make_runs(self, present: Mapping[str, Text], unread: Sequence[str], skip_blank: bool) -> None:
        """Make the views runs (every row: values, defaults, wrong_NAME, complaint_NAME) and named (with run_id)."""
        values = []
        for column in COLUMNS:
            name = column.name
            if name in self._joined:
                values.append(f"coalesce(cells.{name}, read_{name}.value) AS {name}")
            elif name in present:
                values.append(f"cells.{name}")
            else:
                values.append(f"NULL::{plain.TYPES[column.type]} AS {name}")
            values.append(f"{f'read_{name}.complaint IS NOT NULL' if name in unread else 'false'} AS wrong_{name}")
        values += [f"read_{name}.complaint AS complaint_{name}" for name in unread]
        joins = [f"LEFT JOIN read_{name} ON cells.odd_{name} = read_{name}.text" for name in self._joined]
        own = [name for name, text in present.items() if not text.constant]
        something = ", ".join(f"cells.{name}::VARCHAR, cells.odd_{name}" for name in own)
        where = f"WHERE coalesce({something}) IS NOT NULL" if skip_blank else ""
        defaults = ", ".join(f"{value} AS {name}" for name, value in DEFAULTS.items())
        self._sql.execute(
            f"CREATE VIEW runs AS SELECT * REPLACE ({defaults}) "
            f"FROM (SELECT cells.rowid AS row, {', '.join(values)} FROM cells {' '.join(joins)} {where})"
        )
        self._sql.execute(
            f"CREATE VIEW named AS SELECT * REPLACE (coalesce(run_id::UUID, content) AS run_id) "
            f"FROM (SELECT *, {identity.content_id('runs')} AS content FROM runs)"
        )
        self._sql.execute("CREATE TABLE bad (row BIGINT)")

    def _judge(self, wanted: Sequence[Rule]) -> None:
        """Note where rules are broken."""
        counts = self._row(f"SELECT {', '.join(f'count(*) FILTER ({rule.broken})' for rule in wanted)} FROM runs")
        broken = [rule for rule, count in zip(wanted, counts, strict=True) if count]
        self.count += sum(counts)
        for rule in broken:
            told = f"complaint_{rule.column}" if rule.message is None else "NULL"
            first = f"SELECT row, {told} FROM runs WHERE {rule.broken} ORDER BY row LIMIT {SHOWN}"
            self._found += [
                (row, rule.column, rule.message or complaint) for row, complaint in self._sql.execute(first).fetchall()
            ]
        if broken:
            any_broken = " OR ".join(f"({rule.broken})" for rule in broken)
            self._sql.execute(f"INSERT INTO bad SELECT row FROM runs WHERE {any_broken}")

    def _judge_ids(self) -> None:
        """Refuse one run_id for rows that differ; equal rows are one run."""
        rows = self._sql.execute(
            "SELECT row FROM named SEMI JOIN (SELECT run_id FROM named ANTI JOIN bad USING (row) GROUP BY run_id "
            "HAVING count(DISTINCT content) > 1) USING (run_id) ANTI JOIN bad USING (row) ORDER BY row"
        ).fetchall()
        self.count += len(rows)
        self._found += [(row, "run_id", "is the same as in another row with other values") for (row,) in rows[:SHOWN]]
        if rows:
            self._sql.executemany("INSERT INTO bad VALUES (?)", rows)


def _unreadable(name: str) -> Rule:
    return Rule(name, f"wrong_{name}", None)
