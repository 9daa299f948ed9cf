"""A full disk ends a campaign with a word about what to do; it never becomes the result of a run."""

from __future__ import annotations

import errno
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runner.errors import RunnerError
from store.errors import StoreUnusableError

# What a run needs while it lasts: its logs, its event log, and Spark's scratch files.
LEAST_FREE_MIB = 256
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
# How Java, Python and DuckDB word it.
_FULL_TEXT = re.compile(r"No space left on device|Disk quota exceeded", re.IGNORECASE)


class DiskFullError(RunnerError):
    """The disk under the home is full; the campaign can be taken up again."""

    exit_status = 1

    def __init__(self, folder: Path, what: str) -> None:
        super().__init__(
            f"the disk with {folder} is full: {what}; free some space and give the same command again, "
            "finished runs are kept"
        )


def check_space(folder: Path) -> None:
    """Return when there is room for another run.

    Raises
    ------
    DiskFullError
        When less than `LEAST_FREE_MIB` is free.
    """
    free = shutil.disk_usage(folder).free // 1024**2
    if free < LEAST_FREE_MIB:
        raise DiskFullError(folder, f"{free} MiB are free, a run needs {LEAST_FREE_MIB} MiB")


def check_failure(folder: Path, text: str) -> None:
    """Return when a run that failed with `text` did not fail because of this disk.

    It may have been another one: that of predictions, or of an executor elsewhere.

    Raises
    ------
    DiskFullError
        When it did: then it says nothing about its configuration.
    """
    if _FULL_TEXT.search(text):
        _try_to_write(folder)
    check_space(folder)


def _try_to_write(folder: Path) -> None:
    """Write as much as a run needs, for what is free on a disk says nothing of a quota."""
    with full_disk_explained(folder), tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(LEAST_FREE_MIB):
            file.write(bytes(1024**2))


@contextmanager
def full_disk_explained(folder: Path) -> Iterator[None]:
    """Turn the operating system's word for a full disk, or the store's, into a `DiskFullError`."""
    try:
        yield
    except (OSError, StoreUnusableError) as error:
        cause = error if isinstance(error, OSError) else error.__cause__
        if isinstance(cause, OSError) and cause.errno in _FULL:
            raise DiskFullError(folder, str(error)) from error
        raise
