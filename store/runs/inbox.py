"""The inbox: a finished run is durable before the database sees it.

One immutable JSON file a run. Whoever opens the store next drains it: insert by run_id in one
transaction, then unlink. Killed at any point, a run is in the inbox, in the database, or in both
until the next drain finds that the database has it.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path

from store.checking.texts import absent
from store.database.database import Database
from store.errors import InvalidRunsError, StoreUnusableError
from store.files import sync_folder, write_durably
from store.frames import plain_records, typed
from store.runlog import COLUMNS
from store.runs.batch import insert, prepare
from store.runs.records import RunRecord

BATCH = 500
REJECTED = "rejected"
_MALFORMED = (ValueError, LookupError, TypeError, RecursionError)


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
        run = dict(record.run)
        if absent(run.get("run_id")):
            run["run_id"] = str(uuid.uuid4())  # not by content: equal measurements are two runs
        valid = prepare([RunRecord(run, record.tasks, record.executors)])
        [clean] = plain_records(typed(valid.runs.to_pandas(), COLUMNS))
        content = {
            "run": clean,
            "tasks": valid.tasks.to_pylist(),
            "executors": valid.executors.to_pylist(),
        }
        path = self.folder / f"{clean['run_id']}.json"
        write_durably(path, json.dumps(content).encode())
        return path

    def drain(self) -> int:
        """Move the runs into the database, each exactly once; return how many were new.

        A file that is no valid run goes to the folder `rejected`, with the reason beside it.
        """
        files = sorted(self.folder.glob("[!.]*.json"))
        return sum(self._drain_files(files[start : start + BATCH]) for start in range(0, len(files), BATCH))

    def rejected(self) -> list[Path]:
        """Return the files that were set aside; the reason is beside each, as .txt."""
        return sorted((self.folder / REJECTED).glob("*.json"))

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
        except (PermissionError, IsADirectoryError, *_MALFORMED) as error:
            self._reject(path, error)
            return None
        except OSError as error:
            raise StoreUnusableError(f"cannot read {path}: {error.strerror or error}") from error

    def _reject(self, path: Path, error: Exception) -> None:
        """Set a file aside that is no run; it is kept, with a note, for a person to look at."""
        folder = self.folder / REJECTED
        folder.mkdir(exist_ok=True)
        target = folder / path.name
        if target.exists():
            target = folder / f"{path.stem}.{uuid.uuid4().hex[:8]}.json"
        note = (
            f"{path.name} is not a valid run and was set aside: {error}\n"
            f"Correct it and move it back to {self.folder}, or delete it.\n"
        )
        write_durably(target.with_suffix(".txt"), note.encode())
        try:
            path.rename(target)
        except FileNotFoundError:
            return  # another process set it aside at the same moment
