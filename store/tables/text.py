"""Text files as the readers want them: UTF-8, lines that end in a line feed."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from store.errors import UnreadableFileError
from store.tables.files import CHUNK, HEAD, File

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def normalised(file: File) -> File:
    """Return the file itself if it is UTF-8 with line feeds, else a copy that is.

    Raises
    ------
    UnreadableFileError
        If it is no text.
    """
    if not file.head.startswith(_UTF16) and not _needs_copy(file):
        return file
    path, lines = file.folder / "text", 0
    with file.path.open("rb") as source, path.open("wb") as target:
        for text in _texts(source, file):
            target.write(text.encode())
            lines += text.count("\n")
    with path.open("rb") as text_file:
        return replace(file, path=path, head=text_file.read(HEAD), lines=lines)


def _needs_copy(file: File) -> bool:
    """Check UTF-8; say whether lines end in carriage returns."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    returns, read = False, 0
    with file.path.open("rb") as source:
        for chunk in _chunks(source):
            if b"\0" in chunk:
                raise UnreadableFileError(f"{file.name} is a binary file, not a table")
            returns = returns or b"\r" in chunk
            try:
                if not chunk.isascii() or decoder.getstate()[0]:
                    decoder.decode(chunk, final=False)
            except UnicodeDecodeError as error:
                raise _not_utf8(file, read + max(0, error.start)) from None
            read += len(chunk)
    if decoder.getstate()[0]:
        raise _not_utf8(file, read)
    return returns


def _not_utf8(file: File, position: int) -> UnreadableFileError:
    with file.path.open("rb") as source:
        line = source.read(position).count(b"\n") + 1
    return UnreadableFileError(f"{file.name} is not UTF-8 (line {line:,}); save it as CSV in UTF-8 and try again")


def _texts(source: BinaryIO, file: File) -> Iterator[str]:
    """Decode, and write every end of line as a line feed."""
    encoding = "utf-16" if file.head.startswith(_UTF16) else "utf-8"
    decoder = codecs.getincrementaldecoder(encoding)()
    newlines = io.IncrementalNewlineDecoder(None, translate=True)
    try:
        for chunk in _chunks(source):
            text = decoder.decode(chunk)
            if "\0" in text:
                raise UnreadableFileError(f"{file.name} is a binary file, not a table")
            yield newlines.decode(text)
        yield newlines.decode(decoder.decode(b"", final=True), final=True)
    except UnicodeError as error:
        raise UnreadableFileError(f"{file.name} is neither UTF-8 nor UTF-16; save it as CSV in UTF-8") from error


def _chunks(source: BinaryIO) -> Iterator[bytes]:
    while chunk := source.read(CHUNK):
        yield chunk
