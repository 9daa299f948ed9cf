"""The runs, and the tasks and executors of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from store.checking.validation import validate
from store.database.database import Connection, Database
from store.errors import InvalidRunsError, Problem
from store.frames import typed
from store.runlog import COLUMNS, EXECUTOR_COLUMNS, TASK_COLUMNS
from store.runs.batch import Batch, conflicts, insert, numbered, prepare
from store.runs.compaction import TaskFiles, said_of_task_files
from store.runs.records import RunRecord
from store.runs.selection import Order, Selection, campaigns, counts, page

_SELECT_RUNS = """
SELECT * REPLACE (run_id::VARCHAR AS run_id) FROM runs
WHERE ($application IS NULL OR application = $application)
  AND ($cluster IS NULL OR cluster = $cluster)
  AND ($campaign IS NULL OR campaign = $campaign)
  AND ($status IS NULL OR status = $status)
  AND ($origin IS NULL OR origin = $origin)
ORDER BY application, cluster, started_at, run_id
"""
_ONE = "SELECT TRY_CAST($run_id AS UUID)"
_ALL = """
SELECT run_id FROM runs
WHERE ($application IS NULL OR application = $application) AND ($cluster IS NULL OR cluster = $cluster)
"""
_SELECT_TASKS = "SELECT * REPLACE (run_id::VARCHAR AS run_id) FROM ({}) ORDER BY run_id, launch_ms, task_id"
_SELECT_EXECUTORS = """
SELECT * REPLACE (run_id::VARCHAR AS run_id) FROM executors
WHERE run_id = TRY_CAST(? AS UUID) ORDER BY added_ms, executor_id
"""
_PAIRS = """
SELECT application, cluster, sum(runs)::BIGINT AS runs, sum(ok_runs)::BIGINT AS ok_runs,
       list(origin ORDER BY origin) AS origins
FROM (
    SELECT application, cluster, origin, count(*) AS runs, count(*) FILTER (status = 'ok') AS ok_runs
    FROM runs GROUP BY application, cluster, origin
)
GROUP BY application, cluster ORDER BY application, cluster
"""


@dataclass(frozen=True)
class Added:
    """What came of runs that were given to the store.

    Parameters
    ----------
    added : int
        Runs stored now.
    already_there : int
        Runs that the store knew (or that were given twice); nothing was changed.
    """

    added: int
    already_there: int


class Runs:
    """The run log in the database. Rows are added, never changed.

    Parameters
    ----------
    database : Database
        Where the runs are, and most of their tasks.
    task_files : TaskFiles
        Where the other tasks are.
    """

    def __init__(self, database: Database, task_files: TaskFiles) -> None:
        self._database = database
        self._task_files = task_files

    def load(
        self,
        application: str | None = None,
        cluster: str | None = None,
        campaign: str | None = None,
        status: str | None = None,
        origin: str | None = None,
    ) -> pd.DataFrame:
        """Return one row a run, all run-log columns; a filter that is None does not filter.

        num_executors, executor_cores and total_cores are int64; integers that may be missing
        Int64; executor_memory_gb, sampling_rate_pct and completion_time_s float64 (NaN unless
        the status is ok); started_at datetime64[us, UTC]; text object with None; settings a dict,
        {} when there are none.
        """
        filters = {
            "application": application,
            "cluster": cluster,
            "campaign": campaign,
            "status": status,
            "origin": origin,
        }
        with self._database.transaction() as connection:
            return typed(connection.execute(_SELECT_RUNS, filters).df(), COLUMNS)

    def page(
        self, selection: Selection, order: Order | None = None, first: int = 0, most: int | None = None
    ) -> pd.DataFrame:
        """Return the runs that pass, as `load` does, from number `first` (0 is the first) and at most `most` of them.

        Raises
        ------
        StoreError
            If runs cannot be sorted by that column.
        """
        with self._database.transaction() as connection:
            return page(connection, selection, order or Order(), first, most)

    def counts(self, selection: Selection) -> pd.DataFrame:
        """Return how many runs pass: origin, status, runs."""
        with self._database.transaction() as connection:
            return counts(connection, selection)

    def campaigns(self) -> list[str]:
        """Return the names of the campaigns that have runs, the first thousand."""
        with self._database.transaction() as connection:
            return list(campaigns(connection))

    def add(self, frame: pd.DataFrame) -> Added:
        """Store runs, all or none.

        Parameters
        ----------
        frame : DataFrame
            Run-log columns. `origin` defaults to uploaded.

        Raises
        ------
        InvalidRunsError
            With every problem, if a run breaks the contract.
        """
        clean, problems = validate(frame)
        if problems:
            raise InvalidRunsError(problems)
        batch = Batch(numbered(clean))

        def work(connection: Connection) -> int:
            if changed := conflicts(connection, batch.runs):
                raise InvalidRunsError([Problem(row + 1, "run_id", message) for row, message in changed])
            return insert(connection, batch)

        added = self._database.write(work)
        return Added(added, len(frame) - added)

    def add_records(self, records: Sequence[RunRecord]) -> Added:
        """Store runs with their tasks and executors, all or none.

        Raises
        ------
        InvalidRunsError
            With every problem, if a run breaks the contract.
        """
        batch = prepare(records)
        added = self._database.write(lambda connection: insert(connection, batch))
        return Added(added, len(records) - added)

    def tasks(self, run_id: str) -> pd.DataFrame:
        """Return one row a task attempt of a run (`runlog.TASK_COLUMNS`), by launch."""
        return self._tasks(_ONE, {"run_id": run_id})

    def all_tasks(self, application: str | None = None, cluster: str | None = None) -> pd.DataFrame:
        """Return one row a task attempt of all runs that pass the filters, by run and launch."""
        return self._tasks(_ALL, {"application": application, "cluster": cluster})

    def executors(self, run_id: str) -> pd.DataFrame:
        """Return one row an executor of a run (`runlog.EXECUTOR_COLUMNS`), by arrival."""
        with self._database.transaction() as connection:
            return typed(connection.execute(_SELECT_EXECUTORS, [run_id]).df(), EXECUTOR_COLUMNS)

    def pairs(self) -> pd.DataFrame:
        """Return one row for each application and cluster: runs, ok_runs, origins (a list)."""
        with self._database.transaction() as connection:
            frame = connection.execute(_PAIRS).df()
        return frame.assign(origins=frame["origins"].map(list))

    def _tasks(self, run_ids: str, parameters: dict[str, Any]) -> pd.DataFrame:
        with self._database.transaction() as connection:
            found = self._task_files.tasks(connection, run_ids, parameters)
            with said_of_task_files():
                frame = connection.execute(_SELECT_TASKS.format(found), parameters).df()
            return typed(frame, TASK_COLUMNS)
