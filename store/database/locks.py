"""One process at a time has a database file open.

DuckDB locks the file, but it reads the headers before it has the lock (2.0.0, seen with strace). Who opens while
another process closes goes on from headers that are out of date, and overwrites what the other one committed. So
whoever opens a database here holds a lock of ours from before that until after the file is closed; it ends with the
process.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

if sys.platform != "win32":
    import fcntl


class InUseError(Exception):
    """Another process has the database open.

    Attributes
    ----------
    pid : int or None
        Which, when it says so.
    """

    def __init__(self, pid: int | None) -> None:
        super().__init__(pid)
        self.pid = pid


class OpenLock:
    """The right to open a database file, until `close`.

    Parameters
    ----------
    path : Path
        The database; the lock is a file beside it, which stays.

    Raises
    ------
    InUseError
        If somebody has it.
    OSError
        If the file cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.with_name(f"{path.name}.lock").open("a+b", buffering=0)
        try:
            _lock(self._file.fileno())
        except BlockingIOError as error:
            self._file.seek(0)
            text = self._file.read(32)
            self._file.close()
            raise InUseError(int(text) if text.isdigit() else None) from error
        self._file.truncate(0)
        self._file.write(str(os.getpid()).encode())

    def close(self) -> None:
        """Let others open the database."""
        self._file.close()


def lock_as_duckdb(descriptor: int) -> None:
    """Lock an open database file as DuckDB does, so that no program opens it with DuckDB.

    Raises
    ------
    BlockingIOError
        If a program has it open.
    """
    if sys.platform != "win32":
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _lock(descriptor: int) -> None:
    # On Windows nobody else can open the file at all while DuckDB has it.
    if sys.platform != "win32":
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
