"""One campaign at a time with a home: two that measure at once would measure each other."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runner.errors import BusyError

LOCK_FILE = "runner.lock"


@contextmanager
def hold_lock(home: Path) -> Iterator[None]:
    """Hold the home's lock; the kernel frees it when this process ends, however it ends.

    Raises
    ------
    BusyError
        Naming the process that holds it.
    """
    path = home / LOCK_FILE
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise BusyError(f"process {holder} is already measuring with {home}; wait for it or stop it") from error
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)
