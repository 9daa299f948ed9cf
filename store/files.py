"""Files that are there whole or not at all, also after a crash."""

from __future__ import annotations

import hashlib
import os
import time
import uuid
from contextlib import suppress
from pathlib import Path

from store.errors import StoreUnusableError

DAY_S = 24 * 3600


def write_durably(path: Path, content: bytes) -> None:
    """Write a file so that it survives a crash once this returns.

    Written beside its place, flushed to the disk and renamed: nobody ever sees half of it.

    Raises
    ------
    StoreUnusableError
        If it cannot be written, because the disk is full for example.
    """
    draft = path.with_name(f".{path.name}.{uuid.uuid4().hex}.tmp")
    try:
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        raise StoreUnusableError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(path.parent)


def forget_drafts(folder: Path, within: str = "") -> None:
    """Delete what processes that were killed left half-written; what is younger than a day may still be written.

    Parameters
    ----------
    folder : Path
    within : str
        Which folders of it, as a pattern such as ``*/``; by default itself.
    """
    for draft in folder.glob(f"{within}.*.tmp*"):
        with suppress(FileNotFoundError):  # it was finished, or somebody else tidies up, at this moment
            if time.time() - draft.stat().st_mtime > DAY_S:
                draft.unlink()


def hash_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync_file(path: Path) -> None:
    """Flush a file that something else wrote to the disk."""
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Flush a folder's list of names; without it a rename may not survive a power cut."""
    if os.name == "nt":
        return  # Windows cannot open a folder, and journals the rename itself
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
