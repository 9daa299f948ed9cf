"""DuckDB, one connection an operation.

One process at a time can have a DuckDB file open, readers included, so a connection here lives
for one operation only. The threads of this process share one instance a file, each with a cursor
of its own; the last one out closes it.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import duckdb

from store import troubles
from store.errors import ConflictError, StoreUnusableError
from store.home import REACHABLE
from store.locks import InUseError, OpenLock

Connection = duckdb.DuckDBPyConnection
T = TypeVar("T")

WAIT_S = 60.0
FOREIGN_WAIT_S = 10.0  # for another program, which may keep the file open as long as it runs
WRITER_PATIENCE_S = 5.0
PAUSE_S = 0.02
SHARED_FOR_S = 0.25
# A file of another database makes DuckDB look for an extension that reads it.
NO_DOWNLOADS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}


def utc_now() -> datetime:
    """Return the time as the TIMESTAMP columns keep it: UTC, without a zone."""
    return datetime.now(UTC).replace(tzinfo=None)


@dataclass
class _Instance:
    """An open database file and how many operations use it now."""

    connection: Connection
    lock: OpenLock
    opened: float
    users: int = 0


_instances: dict[Path, _Instance] = {}
_writers: dict[Path, threading.Lock] = {}
_guard = threading.Lock()


class Database:
    """Transactions on one DuckDB file, from any thread of any process.

    Parameters
    ----------
    path : Path
        The file; made when it is missing.
    wait_s : float
        Seconds to wait for other processes of ours, and for other writers, before giving up; for other programs
        `FOREIGN_WAIT_S` at most.
    """

    def __init__(self, path: Path, wait_s: float = WAIT_S) -> None:
        self.path = path
        self.wait_s = wait_s

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Open, yield a cursor that can only read, and close.

        Raises
        ------
        StoreLockedError
            If another process still holds the file after `wait_s` seconds.
        StoreUnusableError
            If the file cannot be opened, read or written at all; DamagedStoreError if that is why.
        """
        with self._opened() as connection, _transaction(connection, "BEGIN TRANSACTION READ ONLY") as cursor:
            yield cursor

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in a transaction of its own: no other writer is at work, in any thread of any process.

        Parameters
        ----------
        work : callable
            Gets the cursor; has no effects outside the database, for it may run several times.

        Raises
        ------
        StoreLockedError, StoreUnusableError
            As `transaction`.
        ConflictError
            If another thread writes for longer than `wait_s` seconds, or writers collide for as long.
        """
        deadline = time.monotonic() + self.wait_s
        with self._opened(WRITER_PATIENCE_S) as connection, self._writing():
            return self._write(connection, work, deadline)

    def copy_to(self, target: Path) -> None:
        """Write everything anew into another file in a folder that SQL may reach: what is damaged is not copied.

        Raises
        ------
        StoreLockedError, StoreUnusableError, ConflictError
            As `write`.
        """
        with self._opened() as connection, self._writing(), closing(connection.cursor()) as cursor:
            [(own,)] = cursor.execute("SELECT current_database()").fetchall()
            cursor.execute(f"""ATTACH {_quoted(str(target), "'")} AS copy""")
            try:
                cursor.execute(f"""COPY FROM DATABASE {_quoted(own, '"')} TO copy""")
            finally:
                cursor.execute("DETACH copy")

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Keep the other threads of this process from writing; the file's own lock keeps out other processes.

        Threads wait for each other with the file open, so that several write before it is closed.
        """
        writer = _writer(self.path)
        if not writer.acquire(timeout=self.wait_s):
            raise ConflictError(f"{self.path}: another thread of this program has been writing for {self.wait_s:g} s")
        try:
            yield
        finally:
            writer.release()

    def _write(self, connection: Connection, work: Callable[[Connection], T], deadline: float) -> T:
        started = time.monotonic()
        while True:
            try:
                with _transaction(connection, "BEGIN TRANSACTION") as cursor:
                    return work(cursor)
            except (duckdb.TransactionException, duckdb.ConstraintException) as error:
                if troubles.is_of_the_file(error):
                    raise
                if time.monotonic() > deadline:
                    raise ConflictError(f"{self.path}: could not write for {self.wait_s:g} s: {error}") from error
            time.sleep(_pause(time.monotonic() - started))

    @contextmanager
    def _opened(self, patience_s: float = SHARED_FOR_S) -> Iterator[Connection]:
        """Open or join, yield the connection that the threads share, and close when nobody else uses it."""
        instance = self._acquire(patience_s)
        try:
            yield instance.connection
        except duckdb.Error as error:
            if troubles.is_of_the_file(error):
                raise troubles.unfinished(self.path, error) from error
            raise
        finally:
            _release(self.path, instance)

    def _acquire(self, patience_s: float) -> _Instance:
        started = time.monotonic()
        while True:
            waited = time.monotonic() - started
            try:
                instance = _join_or_open(self.path, patient=waited < patience_s)
            except OSError as error:
                raise StoreUnusableError(f"cannot open {self.path}: {error.strerror or error}") from error
            except (duckdb.Error, InUseError) as error:
                if isinstance(error, duckdb.Error) and not troubles.is_locked(error):
                    raise troubles.unopened(self.path, error) from error
                longest = self.wait_s if isinstance(error, InUseError) else min(self.wait_s, FOREIGN_WAIT_S)
                if waited > longest:
                    raise troubles.locked(self.path, longest, error) from error
            else:
                if instance is not None:
                    return instance
            time.sleep(_pause(waited))


def _writer(path: Path) -> threading.Lock:
    """Return the lock that only one writer of this process holds."""
    with _guard:
        return _writers.setdefault(path, threading.Lock())


def _join_or_open(path: Path, patient: bool) -> _Instance | None:
    """Return the shared instance of `path`, or None when it should be left to run out.

    Threads that overlap could keep an instance open for ever and starve other processes. So a
    patient caller does not join one that has been open for long: it closes soon, and whoever
    waits has a chance. A caller that has waited already joins: one long operation may hold it.
    Writers are patient for longer, as they would wait for a writer anyway.
    """
    with _guard:
        instance = _instances.get(path)
        if instance is None:
            instance = _instances[path] = _open(path)
        elif patient and time.monotonic() - instance.opened > SHARED_FOR_S:
            return None
        instance.users += 1
        return instance


def _open(path: Path) -> _Instance:
    lock = OpenLock(path)
    try:
        return _Instance(_connect(path), lock, time.monotonic())
    except BaseException:
        lock.close()
        raise


def _connect(path: Path) -> Connection:
    """Open a file whose SQL can reach the folders of the home that are meant for it, and nothing else."""
    connection = duckdb.connect(str(path), config=NO_DOWNLOADS)
    connection.execute("SET allowed_directories = ?", [[str(path.parent / name) for name in REACHABLE]])
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def _release(path: Path, instance: _Instance) -> None:
    with _guard:
        instance.users -= 1
        if instance.users == 0:
            del _instances[path]
            try:
                instance.connection.close()
            finally:
                instance.lock.close()


@contextmanager
def _transaction(connection: Connection, begin: str) -> Iterator[Connection]:
    """Yield a cursor inside a transaction, and commit, or roll back."""
    with closing(connection.cursor()) as cursor:
        cursor.execute(begin)
        try:
            yield cursor
            cursor.commit()
        except BaseException:
            _rollback(cursor)
            raise


def _rollback(cursor: Connection) -> None:
    try:
        cursor.rollback()
    except duckdb.Error:
        return  # a failed commit has ended the transaction already; its error is the one to see


def _pause(waited_s: float) -> float:
    """Return seconds to sleep: the longer one has waited the fewer, so that who waits longest most likely goes next.

    Random, so that waiters do not march in step.
    """
    longest = PAUSE_S / (1 + 4 * waited_s)
    return random.uniform(longest / 2, longest)  # noqa: S311


def _quoted(name: str, mark: str) -> str:
    """Write a name as SQL does, for the few places that take no parameter."""
    return f"{mark}{name.replace(mark, 2 * mark)}{mark}"
