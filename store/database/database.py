"""DuckDB, one connection an operation.

One process at a time can have a DuckDB file open, readers included, so a connection here lives
for one operation only. The threads of this process share one instance a file, each with a cursor
of its own; the last one out closes it.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import duckdb

from store.database import troubles
from store.database.locks import InUseError
from store.database.shared_file import SHARED_FOR_S, Connection, Instance, join_or_open, leave, writer_of
from store.errors import ConflictError, StoreUnusableError

__all__ = ["Connection", "Database", "utc_now"]

T = TypeVar("T")

WAIT_S = 60.0
FOREIGN_WAIT_S = 10.0  # for another program, which may keep the file open as long as it runs
WRITER_PATIENCE_S = 5.0
PAUSE_S = 0.02


def utc_now() -> datetime:
    """Return the time as the TIMESTAMP columns keep it: UTC, without a zone."""
    return datetime.now(UTC).replace(tzinfo=None)


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
        writer = writer_of(self.path)
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
            leave(self.path, instance)

    def _acquire(self, patience_s: float) -> Instance:
        started = time.monotonic()
        while True:
            waited = time.monotonic() - started
            try:
                instance = join_or_open(self.path, patient=waited < patience_s)
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
