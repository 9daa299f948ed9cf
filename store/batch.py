"""Valid runs with their tasks and executors, on their way into the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from store.database import Connection, utc_now
from store.errors import InvalidRunsError, Problem
from store.frames import from_records, to_arrow, typed
from store.identity import content_ids
from store.records import RunRecord
from store.runlog import COLUMNS, EXECUTOR_COLUMNS, TASK_COLUMNS, Column
from store.validation import validate

_INSERT_RUNS = """
INSERT INTO runs BY NAME SELECT *, ? AS upload_id, ? AS stored_at FROM incoming
ON CONFLICT DO NOTHING RETURNING run_id
"""
_INSERT_TASKS = "INSERT INTO tasks BY NAME SELECT * FROM incoming"
_INSERT_EXECUTORS = "INSERT INTO executors BY NAME SELECT * FROM incoming"
_SELECT_STORED = "SELECT runs.* FROM runs SEMI JOIN incoming USING (run_id)"


@dataclass(frozen=True)
class Batch:
    """Valid runs with their tasks and executors, ready to be inserted.

    Parameters
    ----------
    runs : DataFrame
        Typed run-log columns.
    tasks, executors : Table
        Their columns in Arrow.
    """

    runs: pd.DataFrame
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
        clean,
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


def conflicts(connection: Connection, runs: pd.DataFrame, lines: Sequence[int] | None = None) -> list[Problem]:
    """Find runs whose run_id is stored with other values; stored runs never change.

    Parameters
    ----------
    connection : Connection
        Inside a transaction.
    runs : DataFrame
        Typed run-log columns.
    lines : sequence of int or None
        Line of the file for each run; rows are counted from 1 when None.
    """
    connection.register("incoming", pa.table({"run_id": pa.array(runs["run_id"], pa.string())}))
    stored = typed(connection.execute(_SELECT_STORED).df(), COLUMNS)
    connection.unregister("incoming")
    contents = dict(zip(stored["run_id"], content_ids(stored), strict=True))
    places = pd.Series(range(1, len(runs) + 1) if lines is None else lines, index=runs.index)
    again = runs[runs["run_id"].isin(contents.keys())]
    message = "{} is stored with other values; leave run_id out to add a run of its own"
    return [
        Problem(int(line), "run_id", message.format(run_id))
        for line, run_id, content in zip(places[again.index], again["run_id"], content_ids(again), strict=True)
        if contents[run_id] != content
    ]


def insert(connection: Connection, batch: Batch, upload_id: str | None = None) -> int:
    """Insert the runs that are not there yet, with their tasks and executors; return how many.

    A run that is in the batch twice is inserted once.
    """
    connection.register("incoming", to_arrow(batch.runs, COLUMNS))
    new = connection.execute(_INSERT_RUNS, [upload_id, utc_now()]).fetchall()
    connection.unregister("incoming")
    ids = pa.array([run_id for (run_id,) in new], pa.string())
    _append(connection, _INSERT_TASKS, batch.tasks, ids)
    _append(connection, _INSERT_EXECUTORS, batch.executors, ids)
    return len(new)


def _append(connection: Connection, sql: str, rows: pa.Table, ids: pa.Array) -> None:
    """Insert the tasks or executors of the runs that are new."""
    if rows.num_rows and len(ids):
        connection.register("incoming", rows.filter(pc.is_in(rows["run_id"], value_set=ids)))
        connection.execute(sql)
        connection.unregister("incoming")
