"""Run logs that people bring: each file is an upload, taken as a whole or not at all."""

from __future__ import annotations

import getpass
import uuid
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from store.artifacts import sha256
from store.batch import Batch, conflicts, insert
from store.database import Connection, Database, utc_now
from store.errors import InvalidRunsError, UnreadableFileError
from store.reading import read_csv
from store.validation import validate

_ORIGIN_NOTE = "column origin was ignored: what is uploaded has the origin uploaded"


@dataclass(frozen=True)
class Imported:
    """What came of a file.

    Parameters
    ----------
    upload_id : str
        The upload that has its runs; the earlier one when the same file came before.
    name : str
        The file's name.
    rows : int
        Runs in the file.
    added, already_there : int
        Runs stored now; runs that the store knew.
    notes : tuple of str
        What the user should know.
    """

    upload_id: str
    name: str
    rows: int
    added: int
    already_there: int
    notes: tuple[str, ...] = ()


class Imports:
    """Uploads of run logs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_file(self, path: Path | str, by: str | None = None) -> Imported:
        """Import a CSV file; see `add`.

        Raises
        ------
        UnreadableFileError, InvalidRunsError
            As `add`, and if there is no such file.
        """
        path = Path(path)
        try:
            content = path.read_bytes()
        except IsADirectoryError:
            raise UnreadableFileError(f"{path} is a folder; give the CSV file inside") from None
        except OSError as error:
            raise UnreadableFileError(f"{path}: {error.strerror or error}") from error
        return self.add(content, path.name, by)

    def add(self, content: bytes, name: str, by: str | None = None) -> Imported:
        """Import a CSV run log, all of it or nothing. The same file or row again adds nothing.

        Parameters
        ----------
        content : bytes
            The file.
        name : str
            Its name, for messages and for the record.
        by : str or None
            Who uploads; None for the user of this process.

        Raises
        ------
        UnreadableFileError
            If it is no CSV file of runs.
        InvalidRunsError
            With every problem, each with line and column.
        """
        digest = sha256(content)
        with self._database.transaction() as connection:
            if known := known_upload(connection, digest):
                return known
        cells = read_csv(content, name)
        frame = cells.frame()
        clean, problems = validate(frame, lines=cells.lines, origin="uploaded")
        problems = sorted(cells.problems + problems, key=lambda problem: problem.line or 0)
        if problems:
            raise InvalidRunsError(problems, name)
        notes = (_ORIGIN_NOTE,) if "origin" in frame else ()

        def work(connection: Connection) -> Imported:
            if known := known_upload(connection, digest):
                return known
            if changed := conflicts(connection, clean, cells.lines):
                raise InvalidRunsError(changed, name)
            return _store(connection, Upload(name, digest, clean, by or current_user(), notes))

        return self._database.write(work)


@dataclass(frozen=True)
class Upload:
    """A valid file that is about to be stored."""

    name: str
    sha256: str
    runs: pd.DataFrame
    by: str
    notes: tuple[str, ...]


def known_upload(connection: Connection, digest: str) -> Imported | None:
    """Return what to say of a file that was imported before; None when it was not, or was undone."""
    row = connection.execute(
        "SELECT upload_id, name, rows, uploaded_at FROM uploads WHERE sha256 = ? AND undone_at IS NULL", [digest]
    ).fetchone()
    if row is None:
        return None
    note = f"the same file was imported as {row[1]} on {row[3]:%Y-%m-%d %H:%M} UTC"
    return Imported(row[0], row[1], row[2], 0, row[2], (note,))


def _store(connection: Connection, upload: Upload) -> Imported:
    upload_id, rows = str(uuid.uuid4()), len(upload.runs)
    added = insert(connection, Batch(upload.runs), upload_id)
    imported = Imported(upload_id, upload.name, rows, added, rows - added, upload.notes)
    record_upload(connection, imported, upload.sha256, upload.by)
    return imported


def record_upload(connection: Connection, imported: Imported, digest: str, by: str) -> None:
    """Write down what was uploaded, in the transaction that stores it."""
    connection.execute(
        "INSERT INTO uploads VALUES (?, ?, ?, ?, ?, ?, ?, 0, NULL)",
        [imported.upload_id, imported.name, digest, imported.rows, imported.added, utc_now(), by],
    )


def current_user() -> str:
    """Return the name of this process's user."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container may run as a number without a name
        return "unknown"
