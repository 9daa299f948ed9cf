"""The database file as the threads of this process have it open: one instance, closed by the last one out."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb

from store.database.locks import OpenLock
from store.home import REACHABLE

Connection = duckdb.DuckDBPyConnection

SHARED_FOR_S = 0.25
# A file of another database makes DuckDB look for an extension that reads it.
NO_DOWNLOADS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}


@dataclass
class Instance:
    """An open database file and how many operations use it now."""

    connection: Connection
    lock: OpenLock
    opened: float
    users: int = 0


_instances: dict[Path, Instance] = {}
_writers: dict[Path, threading.Lock] = {}
_guard = threading.Lock()


def writer_of(path: Path) -> threading.Lock:
    """Return the lock that only one writer of this process holds."""
    with _guard:
        return _writers.setdefault(path, threading.Lock())


def join_or_open(path: Path, patient: bool) -> Instance | None:
    """Return the shared instance of `path`, or None when it should be left to run out.

    Threads that overlap could keep an instance open for ever and starve other processes. So a
    patient caller does not join one that has been open for long: it closes soon, and whoever
    waits has a chance. A caller that has waited already joins: one long operation may hold it.
    Writers are patient for longer, as they would wait for a writer anyway.

    Raises
    ------
    InUseError, OSError, duckdb.Error
        If it cannot be opened.
    """
    with _guard:
        instance = _instances.get(path)
        if instance is None:
            instance = _instances[path] = _open(path)
        elif patient and time.monotonic() - instance.opened > SHARED_FOR_S:
            return None
        instance.users += 1
        return instance


def _open(path: Path) -> Instance:
    lock = OpenLock(path)
    try:
        return Instance(_connect(path), lock, time.monotonic())
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


def leave(path: Path, instance: Instance) -> None:
    """Say that an operation is done with the instance; close it when nobody else uses it."""
    with _guard:
        instance.users -= 1
        if instance.users == 0:
            del _instances[path]
            try:
                instance.connection.close()
            finally:
                instance.lock.close()
