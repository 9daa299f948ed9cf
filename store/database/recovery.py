"""Back to the last good state of a database whose file is damaged or gone; a damaged file is kept.

The last good state is the newest of: the file without its write-ahead log (the changes since the file was last closed
are missing then), and the snapshots, latest first. Each is read as a whole before it is trusted.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import duckdb

from store.database import troubles
from store.database.database import utc_now
from store.database.locks import InUseError, OpenLock, lock_as_duckdb
from store.database.shared_file import NO_DOWNLOADS
from store.database.snapshots import newest_first, taken_at
from store.errors import NewerStoreError, StoreError, StoreUnusableError
from store.files import sync_file, sync_folder
from store.home import Home

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
    kept : Path or None
        The folder with the damaged file; None when the file was gone.
    """

    source: str
    runs: int
    versions: int
    newest_run: datetime | None
    kept: Path | None


def recover(home: Home) -> Recovered:
    """Put the last good state in the place of a damaged database, and the damaged file aside.

    Raises
    ------
    StoreError
        If there is no database and no snapshot of one, or nothing is wrong with it.
    StoreLockedError
        If another process works with it.
    StoreUnusableError
        If there is no good state to go back to, or no room; nothing is changed then.
    """
    draft = home.root / f".recovered.{os.getpid()}.duckdb"
    try:
        with _locked(home) as damaged:
            return _recover(home, damaged, draft)
    except OSError as error:
        raise StoreUnusableError(f"{home.database} was not recovered: {error.strerror or error}") from error
    finally:
        for path in (draft, *_logs(draft)):
            path.unlink(missing_ok=True)


def _recover(home: Home, damaged: BinaryIO | None, draft: Path) -> Recovered:
    if damaged is not None:
        _copy(damaged, draft)
        for log in _logs(home.database):
            shutil.copyfile(log, draft.with_name(draft.name + log.name.removeprefix(home.database.name)))
        _check_damaged(home.database, draft)
    for source, candidate in _candidates(home, damaged):
        for log in _logs(draft):
            log.unlink()
        _copy(candidate, draft)
        try:
            content = _content(draft)
        except duckdb.Error:
            continue
        return Recovered(source, *content, _exchange(home, draft))
    raise StoreUnusableError(
        f"{home.database} is damaged or gone and there is no snapshot of it that can be read. Move it and "
        f"{home.snapshots} aside and a new one is made; event logs and tables can be imported again, models be fitted "
        "again"
    )


def _candidates(home: Home, damaged: BinaryIO | None) -> Iterator[tuple[str, BinaryIO]]:
    if damaged is not None and _logs(home.database):
        yield "the database without its last changes", damaged
    for snapshot in newest_first(home.snapshots):
        with snapshot.open("rb") as file:
            yield f"the snapshot of {taken_at(snapshot):%Y-%m-%d %H:%M:%S} UTC", file


def _check_damaged(database: Path, copy: Path) -> None:
    """Refuse a database that is whole, or that only a newer DuckDB can tell to be."""
    try:
        _content(copy)
    except duckdb.Error as error:
        if isinstance(newer := troubles.unopened(database, error), NewerStoreError):
            raise newer from error
        return
    raise StoreError(f"{database}: every table can be read, so nothing was changed")


def _content(path: Path) -> tuple[int, int, datetime | None]:
    """Read every row of every table, and return what `Recovered` tells of it."""
    with closing(duckdb.connect(str(path), config={**NO_DOWNLOADS, "enable_external_access": False})) as connection:
        tables = connection.execute("SELECT table_name FROM duckdb_tables() WHERE NOT internal").fetchall()
        for (table,) in tables:
            connection.table(table).aggregate("max(hash(COLUMNS(*)))").fetchall()
        [(runs, versions, newest)] = connection.execute(_CONTENT).fetchall()
        return runs, versions, newest


def _exchange(home: Home, draft: Path) -> Path | None:
    """Keep the damaged files and put the draft in their place; return where they are.

    Killed at any point the damaged database, with or without its log, or the good one is there.
    """
    kept = home.damaged / f"{utc_now():%Y%m%dT%H%M%S%fZ}" if home.database.exists() else None
    if kept is not None:
        kept.mkdir(parents=True)
        os.link(home.database, kept / home.database.name)
        for log in _logs(home.database):
            log.replace(kept / log.name)
        sync_folder(kept)
    sync_file(draft)
    draft.replace(home.database)
    sync_folder(home.root)
    return kept


@contextmanager
def _locked(home: Home) -> Iterator[BinaryIO | None]:
    """Open a database file while no process has it open, other programs than ours included; None when it is gone.

    Only through this file: to close another one of the same path would end the lock that DuckDB looks at.
    """
    path = home.database
    if not path.exists() and not newest_first(home.snapshots):
        raise StoreError(f"there is no database {path}")
    try:
        lock = OpenLock(path)
    except InUseError as error:
        raise troubles.locked(path, 0, error) from error
    with closing(lock), ExitStack() as stack:
        if not path.exists():
            yield None
            return
        file = stack.enter_context(path.open("r+b"))
        try:
            lock_as_duckdb(file.fileno())
        except BlockingIOError as error:
            raise troubles.locked(path, 0, InUseError(None)) from error
        yield file


def _copy(source: BinaryIO, target: Path) -> None:
    source.seek(0)
    with target.open("wb") as file:
        shutil.copyfileobj(source, file, 1 << 20)


def _logs(path: Path) -> list[Path]:
    """The write-ahead log of a database, and the second one that DuckDB writes during a checkpoint."""
    return sorted(path.parent.glob(f"{path.name}.wal*"))
