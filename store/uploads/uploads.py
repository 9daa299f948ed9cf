"""The uploads: what came with which file, and how to take one back as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from store.database.database import Connection, Database, utc_now
from store.errors import StoreError, UploadInUseError

SHORTEST_PREFIX = 4

_FIND = "SELECT upload_id, name, undone_at FROM uploads WHERE starts_with(upload_id, ?)"
_MODELS = """
SELECT DISTINCT used.name, used.version
FROM (SELECT name, version, unnest(training_run_ids) AS run_id FROM models) AS used
SEMI JOIN doomed ON used.run_id = doomed.run_id::VARCHAR
ORDER BY ALL
"""
# A run that a later upload brought again stays, as that upload's.
_HAND_OVER = """
UPDATE runs SET upload_id = heir.upload_id
FROM (
    SELECT again.run_id, arg_min(again.upload_id, uploads.uploaded_at) AS upload_id
    FROM upload_repeats AS again JOIN uploads USING (upload_id)
    WHERE uploads.undone_at IS NULL AND again.upload_id <> $upload_id
    GROUP BY again.run_id
) AS heir
WHERE runs.upload_id = $upload_id AND runs.run_id = heir.run_id
RETURNING runs.run_id
"""
_FORGET_HEIRS = """
DELETE FROM upload_repeats USING runs
WHERE runs.run_id = upload_repeats.run_id AND runs.upload_id = upload_repeats.upload_id
"""
_REMEMBER_USED = """
INSERT INTO undone_runs
SELECT $upload_id, doomed.run_id FROM doomed
WHERE doomed.run_id::VARCHAR IN (SELECT unnest(training_run_ids) FROM models)
"""


@dataclass(frozen=True)
class Undone:
    """What came of taking an upload back.

    Parameters
    ----------
    upload_id, name : str
        The upload and its file.
    removed : int
        Runs that are gone.
    kept : int
        Runs that stay because a later upload brought them too; they are that upload's now.
    models : tuple of str
        The model versions that were trained on removed runs. They stay as they are, run_ids and
        SHA-256 of their training rows included; they should be fitted again.
    """

    upload_id: str
    name: str
    removed: int
    kept: int
    models: tuple[str, ...]


class Uploads:
    """The records of what was uploaded, one a file, also of those that were undone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self) -> pd.DataFrame:
        """Return one row an upload, oldest first.

        upload_id, name, sha256, rows (valid ones in the file), added (new ones), left_out (bad
        rows that were not taken), uploaded_by, uploaded_at and undone_at (UTC; NaT while it counts).
        """
        with self._database.transaction() as connection:
            frame = connection.execute("SELECT * FROM uploads ORDER BY uploaded_at, name").df()
        times = {name: frame[name].dt.tz_localize("UTC") for name in ("uploaded_at", "undone_at")}
        return frame.assign(**times)

    def undo(self, upload: str, force: bool = False) -> Undone:
        """Take an upload back: its runs with their tasks and executors go, its record stays.

        Afterwards the same file can be imported again. Runs that a later upload brought too stay.

        Parameters
        ----------
        upload : str
            Its upload_id, or the beginning of it.
        force : bool
            Also when models were trained on its runs.

        Raises
        ------
        StoreError
            If there is no such upload, or it was undone before.
        UploadInUseError
            If models were trained on its runs and `force` is False; it names them.
        """
        return self._database.write(lambda connection: _undo(connection, upload, force))


def _undo(connection: Connection, upload: str, force: bool) -> Undone:
    upload_id, name = _find(connection, upload)
    kept = len(connection.execute(_HAND_OVER, {"upload_id": upload_id}).fetchall())
    connection.execute(_FORGET_HEIRS)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE doomed AS SELECT run_id FROM runs WHERE upload_id = ?", [upload_id]
    )
    models = tuple(f"{model} v{version}" for model, version in connection.execute(_MODELS).fetchall())
    if models and not force:
        raise UploadInUseError(_in_use(name, models), models)
    connection.execute(_REMEMBER_USED, {"upload_id": upload_id})
    removed = _remove(connection, upload_id)
    return Undone(upload_id, name, removed, kept, models)


def _find(connection: Connection, upload: str) -> tuple[str, str]:
    found = connection.execute(_FIND, [upload]).fetchall() if len(upload) >= SHORTEST_PREFIX else []
    if len(found) != 1:
        problem = "is the beginning of several uploads" if found else "is no upload"
        raise StoreError(f"{upload!r} {problem}; python -m store uploads lists them")
    upload_id, name, undone_at = found[0]
    if undone_at is not None:
        raise StoreError(f"{name} ({upload_id[:8]}) was undone before, on {_minute(undone_at)}")
    return upload_id, name


def _remove(connection: Connection, upload_id: str) -> int:
    for table in ("tasks", "compacted_runs", "executors"):
        connection.execute(f"DELETE FROM {table} WHERE run_id IN (FROM doomed)")  # noqa: S608
    [(removed,)] = connection.execute("DELETE FROM runs WHERE upload_id = ?", [upload_id]).fetchall()
    connection.execute("DELETE FROM upload_repeats WHERE upload_id = ?", [upload_id])
    connection.execute("UPDATE uploads SET undone_at = ? WHERE upload_id = ?", [utc_now(), upload_id])
    connection.execute("DROP TABLE doomed")
    return int(removed)


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _in_use(name: str, models: Sequence[str]) -> str:
    shown = ", ".join(models[:5]) + (f" and {len(models) - 5:,} more" if len(models) > 5 else "")
    return (
        f"{name} was not undone: models were trained on its runs ({shown}). With --force the runs go and the models "
        "stay, with the run_ids and the SHA-256 of what they were trained on; fit them again"
    )
