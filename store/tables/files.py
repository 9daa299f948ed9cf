"""The uploaded file before anybody reads it: on disk, hashed, and not larger than allowed."""

from __future__ import annotations

import hashlib
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from store.errors import StoreUnusableError, UnreadableFileError
from store.printable import printable
from store.tables.limits import LIMITS, Limits

CHUNK = 1 << 20
HEAD = 1 << 16


@dataclass(frozen=True)
class File:
    """An uploaded file.

    Parameters
    ----------
    path : Path
        Where it is.
    name : str
        What the user calls it.
    folder : Path
        An empty folder for whatever is made of it; it goes when the upload is done.
    sha256 : str
        Of its bytes.
    head : bytes
        How it begins.
    lines : int
        Line feeds in it.
    """

    path: Path
    name: str
    folder: Path
    sha256: str
    head: bytes
    lines: int


@contextmanager
def opened(source: bytes | Path, name: str, limits: Limits = LIMITS) -> Iterator[File]:
    """Make an upload a file on disk, and forget what was made of it in the end.

    Parameters
    ----------
    source : bytes or Path
        Its content, or where it is.
    name : str
        For messages and for the record.
    limits : Limits
        Its size is checked.

    Raises
    ------
    UnreadableFileError
        If there is no such file, or it is too large or no file at all.
    StoreUnusableError
        If there is no room for it.
    """
    name = printable(name)
    try:
        with tempfile.TemporaryDirectory(prefix="sparkcast-") as folder:
            path = source if isinstance(source, Path) else _written(source, Path(folder) / "upload")
            yield _looked_at(path, name, Path(folder), limits)
    except OSError as error:
        raise StoreUnusableError(f"{name}: {error.strerror or error} ({tempfile.gettempdir()})") from error


def _written(content: bytes, path: Path) -> Path:
    path.write_bytes(content)
    return path


def _looked_at(path: Path, name: str, folder: Path, limits: Limits) -> File:
    try:
        mode, size = path.stat().st_mode, path.stat().st_size
        if not stat.S_ISREG(mode):
            what = "a folder without event logs" if stat.S_ISDIR(mode) else "no regular file"
            raise UnreadableFileError(f"{name} is {what}; give tables one by one")
        if size > limits.file_bytes:
            raise UnreadableFileError(
                f"{name} has {size:,} bytes, at most {limits.file_bytes:,} are taken; split it into several files"
            )
        digest, head, lines = _hashed(path)
        if not _is_unicode(path):
            path = Path(shutil.copyfile(path, folder / "upload"))  # DuckDB cannot name the file
    except OSError as error:
        raise UnreadableFileError(f"{printable(str(path))}: {error.strerror or error}") from error
    return File(path, name, folder, digest, head, lines)


def _is_unicode(path: Path) -> bool:
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True


def _hashed(path: Path) -> tuple[str, bytes, int]:
    digest, head, lines = hashlib.sha256(), b"", 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            head = head or chunk[:HEAD]
            lines += chunk.count(b"\n")
            digest.update(chunk)
    return digest.hexdigest(), head, lines
