"""Task records of old runs, moved from the database into Parquet files that reads look into as well.

A file never changes once it is written, and `compacted_runs` says which runs are read from which file: what a file
holds beyond that, because an upload was undone or a move was cut off, does not count.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from store.database import Connection, Database, utc_now
from store.errors import StoreUnusableError
from store.files import sync_file, sync_folder

_OLD = """
CREATE OR REPLACE TEMP TABLE old AS
SELECT run_id FROM runs SEMI JOIN tasks USING (run_id) WHERE stored_at <= ?
"""
_WRITE = """
COPY (SELECT * FROM tasks SEMI JOIN old USING (run_id) ORDER BY run_id, launch_ms, task_id)
TO '{}' (FORMAT parquet, COMPRESSION zstd)
"""


@dataclass(frozen=True)
class Compacted:
    """What was moved.

    Parameters
    ----------
    runs, tasks : int
        Runs whose tasks were moved, and how many tasks.
    file : Path or None
        Where they are now; None when there was nothing to move.
    """

    runs: int
    tasks: int
    file: Path | None


class TaskFiles:
    """The folder of task records that are not in the database any more.

    Parameters
    ----------
    folder : Path
        Where the files are; SQL in the database can reach it.
    database : Database
        Where they come from.
    """

    def __init__(self, folder: Path, database: Database) -> None:
        self.folder = folder
        self._database = database

    def compact(self, older_than: timedelta) -> Compacted:
        """Move the tasks of runs that were stored longer ago than this into one file, all or none.

        Raises
        ------
        StoreUnusableError
            If there is no room; nothing was moved then.
        """
        file = self.folder / f"{uuid.uuid4()}.parquet"
        before = utc_now() - older_than

        def work(connection: Connection) -> Compacted:
            connection.execute(_OLD, [before])
            [(runs,)] = connection.execute("SELECT count(*) FROM old").fetchall()
            if not runs:
                return Compacted(0, 0, None)
            connection.execute(_WRITE.format(str(file).replace("'", "''")))
            sync_file(file)
            sync_folder(self.folder)
            connection.execute("INSERT INTO compacted_runs SELECT run_id, ? FROM old", [file.name])
            [(tasks,)] = connection.execute("DELETE FROM tasks USING old WHERE tasks.run_id = old.run_id").fetchall()
            return Compacted(runs, tasks, file)

        try:
            return self._database.write(work)
        except OSError as error:
            raise StoreUnusableError(f"cannot write {file}: {error.strerror or error}") from error

    def missing(self) -> list[tuple[str, int]]:
        """Return the files that are gone, each with the number of runs whose tasks were in it."""
        sql = "SELECT file, count(*) FROM compacted_runs GROUP BY file ORDER BY file"
        with self._database.transaction() as connection:
            known = connection.execute(sql).fetchall()
        return [(name, runs) for name, runs in known if not (self.folder / name).is_file()]

    def tasks(self, connection: Connection, run_ids: str, parameters: dict[str, Any]) -> str:
        """Return SQL for the tasks of some runs, wherever they are.

        Parameters
        ----------
        connection : Connection
            Inside a transaction.
        run_ids : str
            SQL of ours that selects their run_id.
        parameters : dict
            Its parameters; those of the result are added.
        """
        stored = f"SELECT * FROM tasks WHERE run_id IN ({run_ids})"  # noqa: S608
        names = f"SELECT DISTINCT file FROM compacted_runs WHERE run_id IN ({run_ids})"  # noqa: S608
        files = [name for (name,) in connection.execute(names, parameters).fetchall()]
        if not files:
            return stored
        parameters["files"] = [str(self.folder / name) for name in files]
        return f"{stored} UNION ALL BY NAME {_moved(run_ids)}"


def _moved(run_ids: str) -> str:
    return f"""
        SELECT * EXCLUDE (file)
        FROM (SELECT * EXCLUDE (filename), parse_filename(filename) AS file
              FROM read_parquet($files, filename = true, union_by_name = true))
        SEMI JOIN compacted_runs USING (run_id, file)
        WHERE run_id IN ({run_ids})
    """  # noqa: S608
