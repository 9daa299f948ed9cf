"""Event logs into the store: each log is an upload of one run, with its tasks and executors."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from store.database.database import Connection, Database
from store.errors import EventLogError, InvalidRunsError, StoreUnusableError
from store.eventlogs.application import Application
from store.eventlogs.codecs import Budget
from store.eventlogs.entries import UNREADABLE, Entry, of_path
from store.eventlogs.logs import Log
from store.eventlogs.reading import found_logs, holds_log, read_log
from store.eventlogs.run import LoggedRun, Supplied, completed, logged_run
from store.eventlogs.tasks import TaskSpool
from store.runs.batch import Batch, conflicts, insert, prepare
from store.runs.records import RunRecord
from store.uploads.records import Imported, current_user, known_upload, record_upload

_INSERT_TASKS = "INSERT INTO tasks BY NAME SELECT ?::UUID AS run_id, * FROM logged"
_SELECT_UPLOAD = "SELECT upload_id FROM runs WHERE run_id = ?::UUID"
# Another log of the same attempt of the same application: one of the two was copied while it was written.
_SELECT_OTHERS = """
SELECT DISTINCT upload_id FROM runs
WHERE settings->>'app_id' = $app_id AND settings->>'app_attempt' IS NOT DISTINCT FROM $attempt
  AND started_at = $started_at::TIMESTAMPTZ AT TIME ZONE 'UTC' AND run_id <> $run_id::UUID AND upload_id IS NOT NULL
"""


@dataclass(frozen=True)
class Refused:
    """A log that no run was made of, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class Preview:
    """What a log says, before anything is stored.

    Parameters
    ----------
    name : str
        The log.
    app_name : str or None
        What the application called itself.
    codec : str
        How the log is compressed.
    run : LoggedRun
        What is known of its run, and what is not.
    """

    name: str
    app_name: str | None
    codec: str
    run: LoggedRun


def preview(source: Path | Entry) -> list[Preview | Refused]:
    """Say what the logs in a file, folder or archive tell; nothing is stored.

    Raises
    ------
    EventLogError
        If there is no log in it.
    """
    found: list[Preview | Refused] = []
    entries = _entries(source)
    budget = _budget(entries)
    with found_logs(entries, budget) as logs:
        for log in logs:
            try:
                app = read_log(log, Application(), budget)
                found.append(Preview(log.name, app.app_name, app.codec, logged_run(app)))
            except EventLogError as error:
                found.append(Refused(log.name, str(error)))
    return found


class EventLogImports:
    """Uploads of event logs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def recognises(self, source: Path | Entry) -> bool:
        """Say whether this is for this importer: a file, or one in the folder or archive, starts as event logs do.

        Raises
        ------
        EventLogError
            If that cannot be told, because the file or archive cannot be read.
        """
        return holds_log(_entries(source))

    def add(self, source: Path | Entry, supplied: Supplied, by: str | None = None) -> list[Imported | Refused]:
        """Import the logs in a file, folder or archive, each wholly or not at all. The same log again adds nothing.

        Parameters
        ----------
        source : Path or Entry
            `entries.of_bytes` makes an entry of what is in memory.
        supplied : Supplied
            What the logs do not say.
        by : str or None
            Who uploads; None for the user of this process.

        Raises
        ------
        EventLogError
            If there is no log in it.
        StoreUnusableError
            If there is no room to work.
        """
        outcomes: list[Imported | Refused] = []
        entries = _entries(source)
        hashing, budget = _budget(entries), _budget(entries)
        with found_logs(entries, budget) as logs:
            for log in logs:
                try:
                    digest = _digest(log, hashing)
                    outcomes.append(self._add_log(log, digest, budget, supplied, by or current_user()))
                except EventLogError as error:
                    outcomes.append(Refused(log.name, str(error)))
        return outcomes

    def _add_log(self, log: Log, digest: str, budget: Budget, supplied: Supplied, by: str) -> Imported:
        with self._database.transaction() as connection:
            if known := known_upload(connection, digest):
                return known
        with closing(_spool()) as tasks:
            app = _read(log, budget, tasks)
            upload = _upload(log, app, supplied, digest, by)
            return self._database.write(lambda connection: _store(connection, upload, tasks))


@dataclass(frozen=True)
class _Upload:
    """A log that is about to be stored."""

    name: str
    sha256: str
    by: str
    app: Application
    row: Mapping[str, Any]
    batch: Batch
    notes: tuple[str, ...]

    @property
    def run_id(self) -> str:
        return str(self.row["run_id"])


def _entries(source: Path | Entry) -> list[Entry]:
    return of_path(source) if isinstance(source, Path) else [source]


def _budget(entries: Sequence[Entry]) -> Budget:
    return Budget(sum(entry.size for entry in entries))


def _digest(log: Log, budget: Budget) -> str:
    """Return the SHA-256 of a log's bytes as they were given, part after part."""
    digest = hashlib.sha256()
    for part in log.parts:
        try:
            with part.open() as file:
                while block := file.read(1 << 20):
                    budget.spend(len(block))  # members of archives come out unpacked
                    digest.update(block)
        except UNREADABLE as error:
            raise EventLogError(f"{part.path} cannot be read: {error}") from error
    return digest.hexdigest()


def _spool() -> TaskSpool:
    try:
        return TaskSpool()
    except OSError as error:
        raise StoreUnusableError(f"no room for temporary files: {error.strerror or error}") from error


def _read(log: Log, budget: Budget, tasks: TaskSpool) -> Application:
    try:
        return read_log(log, Application(), budget, tasks.add)
    except OSError as error:  # those of the log itself are told as EventLogError
        raise StoreUnusableError(f"no room for the tasks of {log.name}: {error.strerror or error}") from error


def _upload(log: Log, app: Application, supplied: Supplied, digest: str, by: str) -> _Upload:
    try:
        row, notes = completed(logged_run(app), supplied)
    except EventLogError as error:
        raise EventLogError(f"{log.name}: {error}") from error
    row["origin"] = "uploaded"
    try:
        batch = prepare([RunRecord(row, [], app.executor_rows())])
    except InvalidRunsError as error:
        texts = "; ".join(f"{problem.column}: {problem.message}" for problem in error.problems)
        raise EventLogError(f"{log.name}: {texts}") from error
    return _Upload(log.name, digest, by, app, row, batch, notes)


def _store(connection: Connection, upload: _Upload, tasks: TaskSpool) -> Imported:
    if known := known_upload(connection, upload.sha256):
        return known
    if conflicts(connection, upload.batch.runs):
        raise EventLogError(
            f"{upload.name}: this application was imported before, with other values of what its log does not say; "
            f"undo that first: python -m store undo {_uploads(connection, _SELECT_UPLOAD, [upload.run_id])}"
        )
    upload_id = str(uuid.uuid4())
    added = insert(connection, upload.batch, upload_id)
    if added:
        _refuse_copies(connection, upload)
        _insert_tasks(connection, upload.run_id, tasks)
    imported = Imported(upload_id, upload.name, 1, added, 1 - added, upload.notes)
    record_upload(connection, imported, upload.sha256, upload.by)
    return imported


def _insert_tasks(connection: Connection, run_id: str, tasks: TaskSpool) -> None:
    with tasks.reader() as reader:
        connection.register("logged", reader)
        connection.execute(_INSERT_TASKS, [run_id])
        connection.unregister("logged")


def _refuse_copies(connection: Connection, upload: _Upload) -> None:
    """Refuse another log of an application that is stored: it would count twice."""
    values = {
        "app_id": upload.app.app_id,
        "attempt": upload.app.attempt,
        "started_at": upload.row["started_at"],
        "run_id": upload.run_id,
    }
    if found := _uploads(connection, _SELECT_OTHERS, values):
        raise EventLogError(
            f"{upload.name}: another log of this application is stored, a copy made earlier or later; "
            f"to have this one instead, undo that first: python -m store undo {found}"
        )


def _uploads(connection: Connection, sql: str, values: Any) -> str:
    """Return the beginnings of the ids of uploads, as `python -m store undo` takes them."""
    return " ".join(str(upload_id)[:8] for (upload_id,) in connection.execute(sql, values).fetchall())
