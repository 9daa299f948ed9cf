"""Copies of the database to go back to when its file is damaged."""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime
from pathlib import Path

from store.database.database import Database, utc_now
from store.errors import StoreUnusableError
from store.files import DAY_S, forget_drafts, sync_file, sync_folder

KEPT = 3
EVERY_S = DAY_S
_NAME = "%Y%m%dT%H%M%S%fZ"
_log = logging.getLogger(__name__)


class Snapshots:
    """The folder of copies, one file each, named by the time (UTC) of its state.

    Making one reads every row of the database, so it also finds damage before the last good copy is gone.

    Parameters
    ----------
    folder : Path
        Where the files are; SQL in the database can reach it.
    database : Database
        What is copied.
    """

    def __init__(self, folder: Path, database: Database) -> None:
        self._folder = folder
        self._database = database

    def make(self) -> Path:
        """Copy the database durably, let go of the oldest copies beyond `KEPT`, and return the new one.

        Raises
        ------
        StoreUnusableError
            If the database cannot be read as a whole, or there is no room.
        """
        forget_drafts(self._folder)
        path = self._folder / f"{utc_now():{_NAME}}.duckdb"
        draft = path.with_name(f".{path.name}.tmp")
        try:
            self._folder.mkdir(exist_ok=True)
            self._database.copy_to(draft)
            sync_file(draft)
            draft.replace(path)
            sync_folder(self._folder)
        except OSError as error:
            raise StoreUnusableError(f"cannot write {path}: {error.strerror or error}") from error
        finally:
            draft.unlink(missing_ok=True)
        for old in newest_first(self._folder)[KEPT:]:
            old.unlink(missing_ok=True)
        return path

    def make_when_due(self) -> None:
        """Make one when the last is more than a day old; a store that is less than a day old has none.

        What prevents it is logged as a warning: it should not keep anybody from the data.
        """
        if time.time() - self._folder.stat().st_mtime < EVERY_S:  # each copy, and making the folder, sets this time
            return
        try:
            self.make()
        except StoreUnusableError as error:
            _log.warning("no snapshot of the database was made: %s", error)


def newest_first(folder: Path) -> list[Path]:
    """Return the copies in a folder; what else somebody keeps there is none."""
    return sorted(filter(_is_copy, folder.glob("[!.]*.duckdb")), reverse=True)


def _is_copy(path: Path) -> bool:
    try:
        taken_at(path)
    except ValueError:
        return False
    return True


def taken_at(snapshot: Path) -> datetime:
    """Return the time (UTC) of a copy's state."""
    return datetime.strptime(snapshot.stem, _NAME).replace(tzinfo=UTC)
