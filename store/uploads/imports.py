"""Tables that people bring: each file is an upload, taken as a whole or not at all."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from store.checking.headers import Header
from store.database.database import Connection, Database
from store.errors import InvalidRunsError, Problem
from store.runs.batch import Batch, conflicts, insert
from store.tables.examine import Choices, Examined, examined
from store.tables.files import File, opened
from store.tables.limits import LIMITS, Limits
from store.uploads.records import Imported, current_user, known_upload, record_upload

SAMPLE = 20


@dataclass(frozen=True)
class Preview:
    """What would come of a file; nothing was stored.

    Parameters
    ----------
    name, kind : str
        The file, and what it is: CSV, Parquet, JSON or Excel.
    headers : list of Header
        The run-log column that each of its columns means.
    rows, good, bad : int
        Rows in the file; those that are runs, and those that are not.
    problems : list of Problem
        What is wrong, the first thousand things, by line.
    count : int
        How many things are wrong in all.
    unit : str
        What the lines of problems count: "line" or "row".
    sample : DataFrame
        The first good runs, as `Runs.load` would return them.
    notes : tuple of str
        What the user should know.
    """

    name: str
    kind: str
    headers: list[Header]
    rows: int
    good: int
    bad: int
    problems: list[Problem]
    count: int
    unit: str
    sample: pd.DataFrame
    notes: tuple[str, ...]


class Imports:
    """Uploads of run logs.

    Parameters
    ----------
    database : Database
        Where they go.
    limits : Limits
        How much of one is taken.
    """

    def __init__(self, database: Database, limits: Limits = LIMITS) -> None:
        self._database = database
        self._limits = limits

    def preview(self, source: bytes | Path, name: str, choices: Choices | None = None) -> Preview:
        """Say what would come of a file.

        Parameters
        ----------
        source : bytes or Path
            Its content, or where it is.
        name : str
            Its name, for messages.
        choices : Choices or None
            What the user decided about its columns.

        Raises
        ------
        UnreadableFileError
            If it is no table of runs.
        """
        with opened(source, name, self._limits) as file, examined(file, choices, self._limits) as found:
            known = self._known(file)
            return Preview(
                name=name,
                kind=found.kind,
                headers=found.headers,
                rows=found.rows,
                good=found.good,
                bad=found.rows - found.good,
                problems=found.problems(),
                count=found.count,
                unit=found.table.unit,
                sample=found.sample(SAMPLE),
                notes=(*found.notes(), *(known.notes if known else ())),
            )

    def add_file(
        self, path: Path | str, by: str | None = None, choices: Choices | None = None, keep_good: bool = False
    ) -> Imported:
        """Import a file; see `add`."""
        return self.add(Path(path), Path(path).name, by, choices, keep_good)

    def add(
        self,
        source: bytes | Path,
        name: str,
        by: str | None = None,
        choices: Choices | None = None,
        keep_good: bool = False,
    ) -> Imported:
        """Import a table of runs, all of it or nothing. The same file or row again adds nothing.

        Parameters
        ----------
        source : bytes or Path
            Its content, or where it is.
        name : str
            Its name, for messages and for the record.
        by : str or None
            Who uploads; None for the user of this process.
        choices : Choices or None
            What the user decided about its columns.
        keep_good : bool
            Take the good rows although others are wrong.

        Raises
        ------
        UnreadableFileError
            If it is no table of runs.
        InvalidRunsError
            With what is wrong, by line and column, unless there are good rows and `keep_good`.
        """
        with opened(source, name, self._limits) as file:
            if known := self._known(file):
                return known
            with examined(file, choices, self._limits) as found:
                if found.count and not (keep_good and found.good):
                    raise found.error()
                upload = Upload(found, found.runs(), by or current_user(), keep_good)
                return self._database.write(lambda connection: _store(connection, upload))

    def _known(self, file: File) -> Imported | None:
        with self._database.transaction() as connection:
            return known_upload(connection, file.sha256)


@dataclass(frozen=True)
class Upload:
    """A checked file that is about to be stored, with its good runs."""

    found: Examined
    runs: pa.Table
    by: str
    keep_good: bool


def _store(connection: Connection, upload: Upload) -> Imported:
    found = upload.found
    if known := known_upload(connection, found.file.sha256):
        return known
    upload_id, runs = str(uuid.uuid4()), _without_conflicts(connection, upload)
    rows, left_out = runs.num_rows, found.rows - runs.num_rows
    added = insert(connection, Batch(runs), upload_id)
    imported = Imported(upload_id, found.file.name, rows, added, rows - added, found.notes(), left_out)
    record_upload(connection, imported, found.file.sha256, upload.by)
    return imported


def _without_conflicts(connection: Connection, upload: Upload) -> pa.Table:
    """Return the runs, without those that would change stored ones if the user keeps the good rows."""
    changed = dict(conflicts(connection, upload.runs))
    if not changed:
        return upload.runs
    if not upload.keep_good:
        lines = upload.found.table.lines(list(changed))
        problems = [Problem(lines.get(row), "run_id", message) for row, message in changed.items()]
        good = upload.runs.num_rows - len(problems)
        raise InvalidRunsError(problems, upload.found.file.name, upload.found.table.unit, good=good)
    return upload.runs.filter(pc.invert(pc.is_in(upload.runs["row"], pa.array(list(changed), pa.int64()))))
