"""The block formats that Java programs wrap around LZ4, Snappy and LZF; none of them is the codec's standard frame.

Each function takes a stream that starts with the format's magic and yields plain blocks, none larger than
`LARGEST_BLOCK`. Streams that were written one after another read as one, as Spark's own readers have it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

import lz4.block
import pyarrow as pa

LZ4_MAGIC = b"LZ4Block"
SNAPPY_MAGIC = b"\x82SNAPPY\0"
LZF_MAGIC = b"ZV"
LARGEST_BLOCK = 1 << 25  # what LZ4Block can say at most; Spark writes 32 KiB (lz4, snappy) and 64 KiB (lzf)

_LZ4_HEADER = struct.Struct("<8sBIII")  # magic, method and level, packed size, size, checksum
_LZ4_STORED, _LZ4_PACKED = 0x10, 0x20
_SNAPPY_REST = struct.Struct(">4sII")  # the rest of the magic, version, oldest version that can read it
_SNAPPY = pa.Codec("snappy")
_LZF_RUN = 32  # a smaller control byte starts a run of literals


class CutError(Exception):
    """The stream ends in the middle of a block: its writer died, or it was not copied whole."""


class DamagedError(Exception):
    """What is there cannot have been written by the format's writer."""


def lz4_blocks(stream: BinaryIO) -> Iterator[bytes]:
    """Read what lz4-java's LZ4BlockOutputStream wrote.

    The checksum (xxHash32) is left unread: damage shows in the decoder or in the JSON.
    """
    while header := _read(stream, _LZ4_HEADER.size):
        magic, token, packed, size, _ = _LZ4_HEADER.unpack(header)
        if magic != LZ4_MAGIC or max(packed, size) > LARGEST_BLOCK:
            raise DamagedError("not an LZ4 block")
        if size == 0:
            continue  # the end mark; another stream may follow
        block = _exactly(stream, packed)
        if token & 0xF0 == _LZ4_PACKED:
            block = _unpack_lz4(block, size)
        elif token & 0xF0 != _LZ4_STORED:
            raise DamagedError("an unknown LZ4 method")
        if len(block) != size:
            raise DamagedError("an LZ4 block of another size than it says")
        yield block


def _unpack_lz4(block: bytes, size: int) -> bytes:
    try:
        return bytes(lz4.block.decompress(block, uncompressed_size=size))
    except lz4.block.LZ4BlockError as error:
        raise DamagedError(str(error)) from error


def snappy_blocks(stream: BinaryIO) -> Iterator[bytes]:
    """Read what snappy-java's SnappyOutputStream wrote: a header, then raw Snappy blocks, each after its size."""
    while start := _read(stream, 4):
        if start == SNAPPY_MAGIC[:4]:
            rest, _, _ = _SNAPPY_REST.unpack(_exactly(stream, _SNAPPY_REST.size))
            if rest != SNAPPY_MAGIC[4:]:
                raise DamagedError("not a Snappy header")
            continue
        packed = int.from_bytes(start, "big")
        if packed > LARGEST_BLOCK:
            raise DamagedError("a Snappy block larger than any that is written")
        block = _exactly(stream, packed)
        size = _snappy_size(block)
        try:
            yield _SNAPPY.decompress(block, size, asbytes=True)
        except (pa.ArrowException, OSError) as error:
            raise DamagedError(str(error)) from error


def _snappy_size(block: bytes) -> int:
    """Return the unpacked size, which a raw Snappy block starts with: seven bits a byte, the lowest first."""
    size = 0
    for position, byte in enumerate(block[:5]):
        size |= (byte & 0x7F) << (7 * position)
        if byte < 0x80:
            break
    if not block or size > LARGEST_BLOCK:
        raise DamagedError("not a Snappy block")
    return size


def lzf_blocks(stream: BinaryIO) -> Iterator[bytes]:
    """Read what compress-lzf's LZFOutputStream wrote: chunks of at most 64 KiB."""
    while start := _read(stream, 5):
        stored = start[2] == 0
        if not start.startswith(LZF_MAGIC) or start[2] > 1:
            raise DamagedError("not an LZF chunk")
        length = int.from_bytes(start[3:5], "big")
        if stored:
            yield _exactly(stream, length)
            continue
        size = int.from_bytes(_exactly(stream, 2), "big")
        try:
            yield unpack_lzf(_exactly(stream, length), size)
        except IndexError as error:
            raise DamagedError("an LZF chunk that ends early") from error


def unpack_lzf(chunk: bytes, size: int) -> bytes:
    """Unpack one LZF chunk: runs of literals, and copies of 3 to 264 bytes from up to 8 KiB back.

    Raises
    ------
    DamagedError, IndexError
        When the chunk is not what an LZF writer makes.
    """
    plain, at = bytearray(), 0
    while at < len(chunk):
        control = chunk[at]
        at += 1
        if control < _LZF_RUN:
            plain += chunk[at : at + control + 1]
            at += control + 1
            continue
        length = (control >> 5) + 2
        if length == 9:
            length += chunk[at]
            at += 1
        start = len(plain) - ((control & 0x1F) << 8) - chunk[at] - 1
        at += 1
        if start < 0:
            raise DamagedError("an LZF chunk that points before its start")
        piece = plain[start : start + length]
        # A copy may reach into what it writes: then it repeats.
        plain += (piece * (length // len(piece) + 1))[:length] if len(piece) < length else piece
    if len(plain) != size:
        raise DamagedError("an LZF chunk of another size than it says")
    return bytes(plain)


def _read(stream: BinaryIO, size: int) -> bytes:
    """Return `size` bytes, or none at the end of the stream."""
    data = stream.read(size)
    if data and len(data) < size:
        raise CutError
    return data


def _exactly(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise CutError
    return data
