"""Valid runs with their tasks and executors, on their way into the database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import pyarrow as pa

from store.checking.validation import validate
from store.database.database import Connection, utc_now
from store.errors import InvalidRunsError, Problem
from store.frames import from_records, to_arrow
from store.identity import content_id
from store.runlog import COLUMNS, EXECUTOR_COLUMNS, TASK_COLUMNS, Column
from store.runs.records import RunRecord

# New are the runs whose run_id is not stored yet. Tasks and executors go first: they ask for the same.
_INSERT_TASKS = "INSERT INTO tasks BY NAME SELECT * FROM incoming ANTI JOIN runs ON runs.run_id = incoming.run_id::UUID"
_INSERT_EXECUTORS = _INSERT_TASKS.replace("INTO tasks", "INTO executors")
_INSERT_REPEATS = """
INSERT INTO upload_repeats
SELECT $upload_id, runs.run_id FROM runs SEMI JOIN incoming ON runs.run_id = incoming.run_id::UUID
WHERE runs.upload_id IS NOT NULL
"""
_INSERT_RUNS = """
INSERT INTO runs BY NAME
SELECT * REPLACE (run_id::UUID AS run_id), $upload_id AS upload_id, $now AS stored_at
FROM incoming ANTI JOIN runs ON runs.run_id = incoming.run_id::UUID
"""
_DIFFERENT = f"""
SELECT incoming.row, incoming.run_id FROM incoming JOIN runs ON runs.run_id = incoming.run_id::UUID
WHERE {content_id("incoming")} <> {content_id("runs")} ORDER BY incoming.row
"""  # noqa: S608 -- composed of the contract's own column names


@dataclass(frozen=True)
class Batch:
    """Valid runs with their tasks and executors, ready to be inserted.

    Parameters
    ----------
    runs : Table
        The run-log columns, and `row`: where each run was given, from 0.
    tasks, executors : Table
        Their columns.
    """

    runs: pa.Table
    tasks: pa.Table = field(default_factory=lambda: _rows("tasks", {}, TASK_COLUMNS))
    executors: pa.Table = field(default_factory=lambda: _rows("executors", {}, EXECUTOR_COLUMNS))


def prepare(records: Sequence[RunRecord]) -> Batch:
    """Validate runs with their tasks and executors.

    Raises
    ------
    InvalidRunsError
        With every problem.
    """
    names = list(dict.fromkeys(name for record in records for name in record.run))
    frame = pd.DataFrame([dict(record.run) for record in records], columns=names, dtype=object)
    clean, problems = validate(frame)
    if problems:
        raise InvalidRunsError(problems)
    once = dict(zip(clean["run_id"], records, strict=True))
    tasks = {run_id: record.tasks for run_id, record in once.items()}
    executors = {run_id: record.executors for run_id, record in once.items()}
    return Batch(
        numbered(clean),
        _rows("tasks", tasks, TASK_COLUMNS),
        _rows("executors", executors, EXECUTOR_COLUMNS),
    )


def _rows(part: str, of_run: Mapping[str, Sequence[Mapping[str, Any]]], columns: Sequence[Column]) -> pa.Table:
    """Collect the tasks or the executors of all runs."""
    try:
        rows = [
            {**_known_only(part, row, columns), "run_id": run_id}
            for run_id, its_rows in of_run.items()
            for row in its_rows
        ]
        return to_arrow(from_records(rows, columns), columns)
    except (ValueError, TypeError, OverflowError) as error:
        raise InvalidRunsError([Problem(None, None, f"{part}: {error}")]) from error


def _known_only(part: str, row: Mapping[str, Any], columns: Sequence[Column]) -> Mapping[str, Any]:
    if unknown := sorted(set(row) - {column.name for column in columns}):
        raise InvalidRunsError([Problem(None, unknown[0], f"is no column of {part}")])
    return row


def numbered(clean: pd.DataFrame) -> pa.Table:
    """Give a typed frame of runs to Arrow, with the number of each row."""
    return to_arrow(clean, COLUMNS).append_column("row", pa.array(range(len(clean)), pa.int64()))


def conflicts(connection: Connection, runs: pa.Table) -> list[tuple[int, str]]:
    """Find runs whose run_id is stored with other values; stored runs never change.

    Parameters
    ----------
    connection : Connection
        Inside a transaction.
    runs : Table
        As in a `Batch`.

    Returns
    -------
    list of (int, str)
        The row of each, and what is wrong with its run_id.
    """
    with _incoming(connection, runs):
        found = connection.execute(_DIFFERENT).fetchall()
    message = "{} is stored with other values; leave run_id out to add a run of its own"
    return [(row, message.format(run_id)) for row, run_id in found]


def insert(connection: Connection, batch: Batch, upload_id: str | None = None) -> int:
    """Insert the runs that are not there yet, with their tasks and executors; return how many.

    A run that is in the batch twice is inserted once.
    """
    for sql, rows in ((_INSERT_TASKS, batch.tasks), (_INSERT_EXECUTORS, batch.executors)):
        if rows.num_rows:
            with _incoming(connection, rows):
                connection.execute(sql)
    with _incoming(connection, _once(connection, batch.runs).drop_columns(["row"])):
        if upload_id is not None:
            connection.execute(_INSERT_REPEATS, {"upload_id": upload_id})
        [(added,)] = connection.execute(_INSERT_RUNS, {"upload_id": upload_id, "now": utc_now()}).fetchall()
    return int(added)


def _once(connection: Connection, runs: pa.Table) -> pa.Table:
    """Return each run once."""
    with _incoming(connection, runs):
        [(distinct,)] = connection.execute("SELECT count(DISTINCT run_id) FROM incoming").fetchall()
        if distinct == runs.num_rows:
            return runs
        return connection.sql("SELECT DISTINCT ON (run_id) * FROM incoming ORDER BY row").to_arrow_table()


@contextmanager
def _incoming(connection: Connection, rows: pa.Table) -> Iterator[None]:
    """Let SQL see `rows` as the table incoming."""
    connection.register("incoming", rows)
    yield
    connection.unregister("incoming")  # not after an error: the transaction is over then, and so is the view
