"""Zip archives of strangers: opened only when their table of contents fits into memory."""

from __future__ import annotations

import zipfile
import zlib
from typing import Any, BinaryIO, cast

LARGEST_DIRECTORY = 16 << 20  # bytes of the table of contents
# What zipfile lets through of a damaged archive: it says BadZipFile of what it checks, and of the rest whatever breaks
# first, such as an offset before the file (ValueError) or a method that it does not know (NotImplementedError).
UNREADABLE = (OSError, EOFError, ValueError, NotImplementedError, zlib.error, zipfile.BadZipFile)


def open_zip(file: BinaryIO) -> zipfile.ZipFile:
    """Open an archive; the file must stay open as long.

    Raises
    ------
    zipfile.BadZipFile
        When it is not complete, damaged, or has a table of contents that would fill the memory.
    """
    if not zipfile.is_zipfile(file):
        raise zipfile.BadZipFile("the zip archive is not complete")
    bounded = _Bounded(file)
    archive = zipfile.ZipFile(cast(BinaryIO, bounded))
    bounded.most = None
    return archive


class _Bounded:
    """Lets zipfile read a table of contents of any plausible size at once, wherever it found that size."""

    most: int | None = LARGEST_DIRECTORY

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        """Read `size` bytes as the file does."""
        if self.most is not None and size > self.most:
            raise zipfile.BadZipFile("it holds too many files for one upload; unpack it and give the folder")
        return self._file.read(size)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)
