"""Compressed event logs as plain streams: told by their first bytes, whatever the file is called.

Nothing is unpacked as a whole: memory stays at a few blocks, and a budget ends what expands without end.
"""

from __future__ import annotations

import gzip
import io
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from store.errors import EventLogError
from store.eventlogs.framing import (
    LZ4_MAGIC,
    LZF_MAGIC,
    SNAPPY_MAGIC,
    CutError,
    DamagedError,
    lz4_blocks,
    lzf_blocks,
    snappy_blocks,
)

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

BLOCK = 1 << 18  # fits in the cache of a core
LONGEST_LINE = 128 << 20  # a plan of Spark SQL may be long; a file of zeros is longer
LONGEST_MAGIC = 8


def _plain_blocks(stream: BinaryIO) -> Iterator[bytes]:
    while block := stream.read(BLOCK):
        yield block


def _gzip_blocks(stream: BinaryIO) -> Iterator[bytes]:
    return _members(gzip.GzipFile(fileobj=stream))


def _zstd_blocks(stream: BinaryIO) -> Iterator[bytes]:
    return _members(zstd.ZstdFile(stream))


def _members(file: gzip.GzipFile | zstd.ZstdFile) -> Iterator[bytes]:
    """Read one gzip member or zstd frame after the other; Spark starts a new frame whenever it likes."""
    try:
        while block := file.read1(BLOCK):
            yield block
    except EOFError as error:
        raise CutError from error
    except (gzip.BadGzipFile, zlib.error, zstd.ZstdError) as error:
        raise DamagedError(str(error)) from error


@dataclass(frozen=True)
class Codec:
    """A way to compress: the name that Spark gives it, how a stream starts, and how to read it in blocks."""

    name: str
    magic: bytes
    blocks: Callable[[BinaryIO], Iterator[bytes]]


PLAIN = Codec("none", b"", _plain_blocks)
CODECS = (
    Codec("gzip", b"\x1f\x8b", _gzip_blocks),
    Codec("zstd", b"\x28\xb5\x2f\xfd", _zstd_blocks),
    Codec("lz4", LZ4_MAGIC, lz4_blocks),
    Codec("snappy", SNAPPY_MAGIC, snappy_blocks),
    # With the byte that says how a block is packed: a table may well start with the letters.
    Codec("lzf", LZF_MAGIC + b"\0", lzf_blocks),
    Codec("lzf", LZF_MAGIC + b"\1", lzf_blocks),
)


def codec_of(start: bytes) -> Codec:
    """Tell the codec from the first `LONGEST_MAGIC` bytes."""
    return next((codec for codec in CODECS if start.startswith(codec.magic)), PLAIN)


class Budget:
    """How many bytes may come out of what somebody gave us.

    Spark's logs shrink to a tenth or a thirtieth; what would grow two hundredfold is made to fill a machine.

    Parameters
    ----------
    given : int
        Bytes of the file or folder as it was given.
    """

    FLOOR = 1 << 30
    RATIO = 200

    def __init__(self, given: int) -> None:
        self.left = max(self.FLOOR, self.RATIO * given)

    def spend(self, size: int) -> None:
        """Count what came out.

        Raises
        ------
        EventLogError
            When it is more than any log grows.
        """
        self.left -= size
        if self.left < 0:
            raise EventLogError(f"it unpacks to more than {self.RATIO} times its size: no Spark event log does that")


class Decoded(io.RawIOBase):
    """The plain bytes of a stream in any codec, as a stream.

    Parameters
    ----------
    stream : binary file
        At its start, seekable. It is closed with this one.
    budget : Budget
        Pays for what comes out.

    Attributes
    ----------
    codec : str
        ``none``, ``gzip``, ``zstd``, ``lz4``, ``snappy`` or ``lzf``.
    cut : bool
        The stream ended in the middle of a block. Known at the end; what came before is there.
    """

    def __init__(self, stream: BinaryIO, budget: Budget) -> None:
        self._stream = stream
        codec = codec_of(stream.read(LONGEST_MAGIC))
        stream.seek(0)
        self.codec = codec.name
        self.cut = False
        self._budget = budget
        self._blocks = codec.blocks(stream)
        self._rest = memoryview(b"")
        self._since_newline = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, target: WriteableBuffer) -> int:
        """Fill `target`; return how many bytes that were, 0 at the end.

        Raises
        ------
        EventLogError
            When the stream is damaged or expands beyond the budget.
        """
        while not self._rest:
            block = self._next()
            if block is None:
                return 0
            self._budget.spend(len(block))
            self._check_line(block)
            self._rest = memoryview(block)
        view = memoryview(target).cast("B")
        size = min(len(view), len(self._rest))
        view[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size

    def _next(self) -> bytes | None:
        try:
            return next(self._blocks, None)
        except CutError:
            self.cut = True
            return None
        except DamagedError as error:
            raise EventLogError(f"the {self.codec} data is damaged: {error}") from error

    def _check_line(self, block: bytes) -> None:
        newline = block.rfind(b"\n")
        self._since_newline = len(block) - newline - 1 if newline >= 0 else self._since_newline + len(block)
        if self._since_newline > LONGEST_LINE:
            raise EventLogError(f"a line is longer than {LONGEST_LINE >> 20} MiB; this is not a Spark event log")

    def close(self) -> None:
        """Close the stream below, too."""
        self._stream.close()
        super().close()
