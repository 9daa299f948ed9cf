"""What DuckDB says of a database file, said so that a user can act on it."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import duckdb
import psutil

from store.database.locks import InUseError
from store.errors import DamagedStoreError, NewerStoreError, StoreLockedError, StoreUnusableError
from store.home import Home

_FULL = ("No space left", "File too large", "Disk quota exceeded")
_OF_THE_FILE = (duckdb.IOException, duckdb.FatalException, duckdb.InternalException, duckdb.SerializationException)


def is_locked(error: duckdb.Error) -> bool:
    """Whether another process holds the file."""
    return "Could not set lock" in str(error)


def is_of_the_file(error: duckdb.Error) -> bool:
    """Whether the file is damaged or cannot be written, as opposed to a mistake in what was asked."""
    bare = type(error) is duckdb.Error  # what DuckDB raises for a damaged block
    return isinstance(error, _OF_THE_FILE) or bare or _is_full(str(error))


def locked(path: Path, wait_s: float, error: duckdb.Error | InUseError) -> StoreLockedError:
    """Return the error that names the process that holds the file."""
    pid = error.pid if isinstance(error, InUseError) else _pid(str(error))
    waited = f"; waited {wait_s:g} s" if wait_s else ""
    return StoreLockedError(f"{path} is in use by {_holder(pid)}{waited}. Close that program or try again")


def unopened(path: Path, error: duckdb.Error) -> StoreUnusableError:
    """Return the error of a file that cannot be opened."""
    text = _first_line(error)
    if "storage version" in text:
        return NewerStoreError(f"{path}: {text} A newer DuckDB wrote it; update Sparkcast or choose another --home")
    if _is_full(text) or "Permission denied" in text or "No such file" in text:
        return unfinished(path, error)
    return DamagedStoreError(f"cannot open the database {path}: {text}. {_way_back(path)}")


def gone(home: Home) -> DamagedStoreError:
    """Return the error of a home whose database is missing: to make a new one would hide that."""
    return DamagedStoreError(
        f"the database {home.database} is gone, but its snapshots are there: python -m store recover --home "
        f"{shlex.quote(str(home.root))} brings the last one back. To begin anew, move {home.snapshots} away"
    )


def unfinished(path: Path, error: duckdb.Error) -> StoreUnusableError:
    """Return the error of an operation that the file did not allow; nothing of it was stored."""
    text = _first_line(error)
    if _is_full(text):
        return StoreUnusableError(f"{path}: the disk is full, nothing was stored; free some space, try again: {text}")
    if re.search(r"corrupt|checksum|INTERNAL Error|FATAL Error|[Ss]erializ", text):
        return DamagedStoreError(f"{path}: {text}. {_way_back(path)}")
    return StoreUnusableError(f"{path}: {text}")


def _is_full(text: str) -> bool:
    return any(words in text for words in _FULL)


def _way_back(path: Path) -> str:
    command = f"python -m store recover --home {shlex.quote(str(path.parent))}"
    return f"If the file is damaged, {command} keeps it aside and brings back the last good state"


def _pid(message: str) -> int | None:
    """Find the process that DuckDB's message points at."""
    found = re.search(r"PID (\d+)", message)
    return int(found[1]) if found else None


def _holder(pid: int | None) -> str:
    """Name a process, with its command."""
    if pid is None:
        return "another process"
    try:
        command = " ".join(psutil.Process(pid).cmdline())[:200]
    except psutil.Error:
        return f"process {pid}"
    return f"process {pid} ({command})"


def _first_line(error: duckdb.Error) -> str:
    return str(error).splitlines()[0]
