"""Back to the last good state of a database whose file is damaged; the damaged file is kept.

The last good state is the newest of: the file without its write-ahead log (the changes since the file was last closed
are missing then), and the snapshots, latest first. Each is read as a whole before it is trusted.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import duckdb

from store import troubles
from store.database import utc_now
from store.errors import StoreError, StoreUnusableError
from store.files import sync_file, sync_folder
from store.home import Home
from store.locks import InUseError, OpenLock, lock_as_duckdb
from store.snapshots import newest_first, taken_at

_CONTENT = "SELECT (SELECT count(*) FROM runs), (SELECT count(*) FROM models), (SELECT max(stored_at) FROM runs)"


@dataclass(frozen=True)
class Recovered:
    """What came back.

    Parameters
    ----------
    source : str
        Where from, in words.
    runs, versions : int
        Runs and model versions in it.
    newest_run : datetime or None
        When its newest run was stored; UTC.
    kept : Path
        The folder with the damaged file.
    """

    source: str
    runs: int
    versions: int
    newest_run: datetime | None
    kept: Path


def recover(home: Home) -> Recovered:
    """Put the last good state in the place of a damaged database, and the damaged file aside.

    Raises
    ------
    StoreError
        If there is no database, or nothing is wrong with it.
    StoreLockedError
        If another process works with it.
    StoreUnusableError
        If there is no good state to go back to, or no room; nothing is changed then.
    """
    draft = home.root / f".recovered.{os.getpid()}.duckdb"
    try:
        with _locked(home.database) as damaged:
            return _recover(home, damaged, draft)
    except OSError as error:
        raise StoreUnusableError(f"{home.database} was not recovered: {error.strerror or error}") from error
    finally:
        for path in (draft, _wal(draft)):
            path.unlink(missing_ok=True)


def _recover(home: Home, damaged: BinaryIO, draft: Path) -> Recovered:
    _copy(damaged, draft)
    wal = _wal(home.database)
    if wal.exists():
        shutil.copyfile(wal, _wal(draft))
    if _content(draft) is not None:
        raise StoreError(f"{home.database}: every table can be read, so nothing was changed")
    for source, candidate in _candidates(home, damaged):
        _wal(draft).unlink(missing_ok=True)
        _copy(candidate, draft)
        if (content := _content(draft)) is not None:
            return Recovered(source, *content, _exchange(home, draft))
    raise StoreUnusableError(
        f"{home.database} is damaged and there is no snapshot of it that can be read. Move it aside and a new one is "
        f"made; event logs and tables can be imported again, models be fitted again"
    )


def _candidates(home: Home, damaged: BinaryIO) -> Iterator[tuple[str, BinaryIO]]:
    if _wal(home.database).exists():
        yield "the database without its last changes", damaged
    for snapshot in newest_first(home.snapshots):
        with snapshot.open("rb") as file:
            yield f"the snapshot of {taken_at(snapshot):%Y-%m-%d %H:%M:%S} UTC", file


def _content(path: Path) -> tuple[int, int, datetime | None] | None:
    """Read every row of every table; None if one cannot be read, else what `Recovered` tells of it."""
    try:
        with closing(duckdb.connect(str(path), config={"enable_external_access": False})) as connection:
            tables = connection.execute("SELECT table_name FROM duckdb_tables() WHERE NOT internal").fetchall()
            for (table,) in tables:
                connection.table(table).aggregate("max(hash(COLUMNS(*)))").fetchall()
            [(runs, versions, newest)] = connection.execute(_CONTENT).fetchall()
            return runs, versions, newest
    except duckdb.Error:
        return None


def _exchange(home: Home, draft: Path) -> Path:
    """Keep the damaged files and put the draft in their place.

    Killed at any point the damaged database, with or without its log, or the good one is there: never none, for a new
    one would be made.
    """
    kept = home.damaged / f"{utc_now():%Y%m%dT%H%M%S%fZ}"
    kept.mkdir(parents=True)
    os.link(home.database, kept / home.database.name)
    wal = _wal(home.database)
    if wal.exists():
        wal.replace(kept / wal.name)
    sync_file(draft)
    draft.replace(home.database)
    for folder in (kept, home.root):
        sync_folder(folder)
    return kept


@contextmanager
def _locked(path: Path) -> Iterator[BinaryIO]:
    """Open a database file while no process has it open, other programs than ours included.

    Only through this file: to close another one of the same path would end the lock that DuckDB looks at.
    """
    if not path.exists():
        raise StoreError(f"there is no database {path}")
    try:
        lock = OpenLock(path)
    except InUseError as error:
        raise troubles.locked(path, 0, error) from error
    with closing(lock), path.open("r+b") as file:
        try:
            lock_as_duckdb(file.fileno())
        except BlockingIOError as error:
            raise troubles.locked(path, 0, InUseError(None)) from error
        yield file


def _copy(source: BinaryIO, target: Path) -> None:
    source.seek(0)
    with target.open("wb") as file:
        shutil.copyfileobj(source, file, 1 << 20)


def _wal(path: Path) -> Path:
    return path.with_name(f"{path.name}.wal")
