"""What was given, as files to read: a file, a folder, or an archive that is read in place.

Nothing is ever extracted: a member's name is only a name, so it cannot point anywhere.
"""

from __future__ import annotations

import io
import os
import shutil
import stat
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from store import zips
from store.errors import EventLogError
from store.eventlogs.codecs import Budget, Decoded
from store.printable import printable

MOST_MEMBERS = 20_000
LARGEST_TAR_HEADER = 1 << 20
_ZIP_MAGIC = b"PK\x03\x04"
# What reading a file or a member of an archive raises besides our own errors.
UNREADABLE = (*zips.UNREADABLE, tarfile.TarError)
_ZIP_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_TAR_MAGIC = slice(257, 262)


@dataclass(frozen=True)
class Entry:
    """One file.

    Parameters
    ----------
    path : str
        Its name for messages, relative to what was given, with / between folders.
    size : int
        Bytes that it takes where it lies.
    open : callable
        Returns its bytes as a new seekable stream.
    """

    path: str
    size: int
    open: Callable[[], BinaryIO]

    @property
    def name(self) -> str:
        """The last part of the path."""
        return PurePosixPath(self.path).name

    @property
    def folder(self) -> str:
        """The path without the name."""
        return str(PurePosixPath(self.path).parent)


def of_bytes(content: bytes, name: str) -> Entry:
    """Return an entry of what is in memory."""
    return Entry(printable(name), len(content), lambda: io.BytesIO(content))


def of_path(path: Path) -> list[Entry]:
    """Return the entries of a file or of a folder, sub-folders included; links in a folder are not followed.

    Raises
    ------
    EventLogError
        When there is nothing to read.
    """
    try:
        status = path.stat()
        if stat.S_ISREG(status.st_mode):
            return [_of_file(path, path.name)]
        if not stat.S_ISDIR(status.st_mode):
            raise EventLogError(f"{printable(str(path))} is neither a file nor a folder")
        found = [_of_file(file, file.relative_to(path).as_posix()) for file in _files(path)]
    except OSError as error:
        raise EventLogError(f"{printable(str(path))}: {error.strerror or error}") from error
    _check_number(len(found))
    return found


def _files(folder: Path) -> Iterator[Path]:
    for root, _, names in os.walk(folder):
        yield from (file for name in sorted(names) if (file := Path(root, name)).is_file() and not file.is_symlink())


def _of_file(path: Path, name: str) -> Entry:
    return Entry(printable(name), path.stat().st_size, lambda: path.open("rb"))


@contextmanager
def unpacked(entry: Entry, budget: Budget) -> Iterator[list[Entry]]:
    """Yield the members of a zip or tar archive, compressed or not; anything else is its own only member.

    They can be opened until the context ends.

    Raises
    ------
    EventLogError
        When the archive is damaged, encrypted or larger than any set of logs.
    """
    with ExitStack() as stack:
        try:
            members = _members(entry, budget, stack)
        except EventLogError as error:
            raise EventLogError(f"{entry.path}: {error}") from error
        except UNREADABLE as error:
            raise EventLogError(f"{entry.path} cannot be read: {error}") from error
        yield members


def _members(entry: Entry, budget: Budget, stack: ExitStack) -> list[Entry]:
    file = stack.enter_context(entry.open())
    start = file.read(len(_ZIP_MAGIC))
    file.seek(0)
    if start == _ZIP_MAGIC:
        return _of_zip(file, stack)
    with Decoded(entry.open(), budget) as decoded:
        head = io.BufferedReader(decoded).read(_TAR_MAGIC.stop)
        if head[_TAR_MAGIC] != b"ustar":
            return [entry]
    if decoded.codec != "none":
        file = stack.enter_context(_spooled(entry, budget))
    return _of_tar(entry, file, stack)


def _of_zip(file: BinaryIO, stack: ExitStack) -> list[Entry]:
    archive = stack.enter_context(zips.open_zip(file))
    members = [info for info in archive.infolist() if not info.is_dir()]
    if any(info.flag_bits & 0x1 or info.compress_type not in _ZIP_METHODS for info in members):
        raise EventLogError("it is encrypted or packed in an unusual way; unpack it and give the folder")
    _check_number(len(members))
    return [Entry(printable(info.filename), info.compress_size, _opener(archive, info)) for info in members]


def _opener(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], BinaryIO]:
    return lambda: cast(BinaryIO, archive.open(info))


def _of_tar(entry: Entry, file: BinaryIO, stack: ExitStack) -> list[Entry]:
    archive = stack.enter_context(tarfile.TarFile(fileobj=stack.enter_context(_Careful(file))))
    members = []
    for info in archive:
        if info.isreg():
            members.append(Entry(printable(info.name), min(info.size, entry.size), _tar_opener(archive, info)))
        _check_number(len(members))
    _check_end(archive, file, len(members))
    return members


def _check_end(archive: tarfile.TarFile, file: BinaryIO, members: int) -> None:
    """Refuse a tar whose next header is damaged: tarfile takes that for its end."""
    file.seek(archive.offset)
    if file.read(tarfile.BLOCKSIZE).strip(b"\0"):
        raise EventLogError(f"the tar archive is damaged after its file number {members}")


def _tar_opener(archive: tarfile.TarFile, info: tarfile.TarInfo) -> Callable[[], BinaryIO]:
    return lambda: cast(BinaryIO, archive.extractfile(info))


def _check_number(members: int) -> None:
    if members > MOST_MEMBERS:
        raise EventLogError(f"more than {MOST_MEMBERS:,} files; give a folder of event logs")


@contextmanager
def _spooled(entry: Entry, budget: Budget) -> Iterator[BinaryIO]:
    """Yield a compressed tar's plain bytes in a file without a name: its members are read in any order."""
    with tempfile.TemporaryFile() as file:
        with Decoded(entry.open(), budget) as decoded:
            shutil.copyfileobj(io.BufferedReader(decoded), file, 1 << 20)
        if decoded.cut:
            raise EventLogError("the archive is not complete")
        file.seek(0)
        yield file


class _Careful(io.BufferedReader):
    """Lets tarfile read a header of any plausible size, and nothing larger, into memory at once."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(cast(io.RawIOBase, file), buffer_size=1 << 16)

    def read(self, size: int | None = -1, /) -> bytes:
        """Read `size` bytes as BufferedReader does."""
        if size is None or not 0 <= size <= LARGEST_TAR_HEADER:
            raise tarfile.ReadError("a header larger than any that is written")
        return super().read(size)
