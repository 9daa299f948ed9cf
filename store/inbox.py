"""The inbox: a finished run is durable before the database sees it.

One immutable JSON file a run. Whoever opens the store next drains it: insert by run_id in one
transaction, then unlink. Killed at any point, a run is in the inbox, in the database, or in both
until the next drain finds that the database has it.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from store.database import Database
from store.errors import InvalidRunsError
from store.files import sync_folder, write_durably
from store.records import RunRecord
from store.runs import insert, prepare

BATCH = 500
REJECTED = "rejected"


class Inbox:
    """The folder of finished runs.

    Parameters
    ----------
    folder : Path
        Where the files are.
    database : Database
        Where `drain` puts the runs; `put` does not touch it.
    """

    def __init__(self, folder: Path, database: Database) -> None:
        self.folder = folder
        self._database = database

    def put(self, record: RunRecord) -> Path:
        """Make a finished run durable and return its file. Needs no database.

        A run_id is made when the run has none.

        Raises
        ------
        InvalidRunsError
            If the run breaks the run-log contract.
        """
        run = {**record.run, "run_id": record.run.get("run_id") or str(uuid.uuid4())}
        whole = RunRecord(run, record.tasks, record.executors)
        run_id = prepare([whole]).runs["run_id"][0]
        content = {"run": run, "tasks": list(whole.tasks), "executors": list(whole.executors)}
        path = self.folder / f"{run_id}.json"
        write_durably(path, json.dumps(content, default=_plain).encode())
        return path

    def drain(self) -> int:
        """Move the runs into the database, each exactly once; return how many were new.

        A file that is no valid run goes to the folder `rejected`, with the reason beside it.
        """
        files = sorted(self.folder.glob("[!.]*.json"))
        return sum(self._drain_files(files[start : start + BATCH]) for start in range(0, len(files), BATCH))

    def _drain_files(self, files: Iterable[Path]) -> int:
        records = {path: record for path in files if (record := self._read(path)) is not None}
        if not records:
            return 0
        try:
            batch = prepare(list(records.values()))
        except InvalidRunsError as error:
            return self._one_by_one(records, error)
        added = self._database.write(lambda connection: insert(connection, batch))
        for path in records:
            path.unlink(missing_ok=True)
        sync_folder(self.folder)
        return added

    def _one_by_one(self, records: Mapping[Path, RunRecord], error: InvalidRunsError) -> int:
        """Find the invalid one among several, so that it does not keep the others out."""
        if len(records) > 1:
            return sum(self._drain_files([path]) for path in records)
        for path in records:
            self._reject(path, error)
        return 0

    def _read(self, path: Path) -> RunRecord | None:
        """Read one file; None when another process drained it, or when it was rejected."""
        try:
            content = json.loads(path.read_bytes())
            return RunRecord(dict(content["run"]), content["tasks"], content["executors"])
        except FileNotFoundError:
            return None
        except (ValueError, LookupError, TypeError, RecursionError) as error:
            self._reject(path, error)
            return None

    def _reject(self, path: Path, error: Exception) -> None:
        """Set a file aside that is no run; it is kept for a person to look at."""
        folder = self.folder / REJECTED
        folder.mkdir(exist_ok=True)
        note = f"{path.name} is not a valid run and was set aside: {error}\n"
        write_durably(folder / f"{path.name}.txt", note.encode())
        try:
            path.rename(folder / path.name)
        except FileNotFoundError:
            return  # another process set it aside at the same moment


def _plain(value: Any) -> Any:
    """Give JSON what it does not know: times, and numpy's numbers."""
    if isinstance(value, datetime):
        return value.isoformat()
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(f"a run cannot hold {type(value).__name__}")
