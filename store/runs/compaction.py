"""Task records of old runs, moved from the database into Parquet files that reads look into as well.

A file never changes once it is written: its name is its SHA-256, so `verify` can tell. `compacted_runs` says which runs
are read from which file: what a file holds beyond that, because an upload was undone or a move was cut off, does not
count.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from store.database.database import Connection, Database, utc_now
from store.errors import StoreUnusableError
from store.files import hash_of, sync_file, sync_folder

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
        draft = self.folder / f".{uuid.uuid4()}.tmp"
        before = utc_now() - older_than

        def work(connection: Connection) -> Compacted:
            connection.execute(_OLD, [before])
            [(runs,)] = connection.execute("SELECT count(*) FROM old").fetchall()
            if not runs:
                return Compacted(0, 0, None)
            connection.execute(_WRITE.format(str(draft).replace("'", "''")))
            sync_file(draft)
            file = draft.replace(self.folder / f"{hash_of(draft)}.parquet")
            sync_folder(self.folder)
            connection.execute("INSERT INTO compacted_runs SELECT run_id, ? FROM old", [file.name])
            [(tasks,)] = connection.execute("DELETE FROM tasks USING old WHERE tasks.run_id = old.run_id").fetchall()
            return Compacted(runs, tasks, file)

        try:
            return self._database.write(work)
        except OSError as error:
            raise StoreUnusableError(f"cannot write to {self.folder}: {error.strerror or error}") from error
        finally:
            draft.unlink(missing_ok=True)

    def problems(self) -> Iterator[str]:
        """Say which files are gone or are not what was written, and how many runs have their tasks there."""
        sql = "SELECT file, count(*) FROM compacted_runs GROUP BY file ORDER BY file"
        with self._database.transaction() as connection:
            known = connection.execute(sql).fetchall()
        for name, runs in known:
            if problem := _problem(self.folder / name):
                yield f"{self.folder / name} {problem}: tasks of {runs} runs"

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


@contextmanager
def said_of_task_files() -> Iterator[None]:
    """Say of a read that failed how to find the file.

    Raises
    ------
    StoreUnusableError
        In the place of DuckDB's error.
    """
    try:
        yield
    except duckdb.Error as error:
        text = str(error).splitlines()[0]
        raise StoreUnusableError(f"tasks cannot be read: {text}; python -m store verify names the file") from error


def _problem(file: Path) -> str:
    """Say what is wrong with a file; empty when nothing is."""
    try:
        if re.fullmatch(r"[0-9a-f]{64}", file.stem):
            return "" if hash_of(file) == file.stem else "was changed"
        pq.read_table(file)  # written before files had their SHA-256 as their name
    except FileNotFoundError:
        return "is gone"
    except (OSError, pa.ArrowException) as error:
        return f"cannot be read ({error})"
    return ""


def _moved(run_ids: str) -> str:
    return f"""
        SELECT * EXCLUDE (file)
        FROM (SELECT * EXCLUDE (filename), parse_filename(filename) AS file
              FROM read_parquet($files, filename = true, union_by_name = true))
        SEMI JOIN compacted_runs USING (run_id, file)
        WHERE run_id IN ({run_ids})
    """  # noqa: S608
