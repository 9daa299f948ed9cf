"""What kind of file an upload is, by what is in it; its name says nothing."""

from __future__ import annotations

from typing import Literal

from store import zips
from store.errors import UnreadableFileError
from store.tables.files import File

Kind = Literal["CSV", "Parquet", "JSON", "Excel"]

_AS_CSV = "save it as CSV and try again"
_PICKLE = f"a Python pickle: opening one runs what is in it, so Sparkcast never does; {_AS_CSV}"
_REFUSED = (
    *((bytes((0x80, protocol)), _PICKLE) for protocol in range(2, 6)),
    (b"%PDF", f"a PDF document; {_AS_CSV}"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls); save it as .xlsx or CSV and try again"),
    (b"\x1f\x8b", "a gzip archive; unpack it and import what is inside"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive; unpack it and import what is inside"),
    (b"\x93NUMPY", f"a NumPy array; {_AS_CSV}"),
    (b"ARROW1", "an Arrow file; save it as Parquet or CSV and try again"),
    (b"SQLite format 3", f"an SQLite database; {_AS_CSV}"),
)


def kind_of(file: File) -> Kind:
    """Say what kind of table a file is.

    Raises
    ------
    UnreadableFileError
        If it is none that can be read; the message says what it is instead.
    """
    head = file.head
    if not head.strip(b" \t\r\n,;"):
        raise UnreadableFileError(f"{file.name} is empty")
    for signature, what in _REFUSED:
        if head.startswith(signature):
            raise UnreadableFileError(f"{file.name} is {what}")
    if head.startswith(b"PAR1"):
        return "Parquet"
    if head.startswith(b"PK\x03\x04"):
        return _zipped(file)
    return "JSON" if _as_text(head).startswith(("{", "[")) else "CSV"


def _zipped(file: File) -> Kind:
    try:
        with file.path.open("rb") as content, zips.open_zip(content) as archive:
            names = set(archive.namelist())
    except zips.UNREADABLE as error:
        raise UnreadableFileError(f"{file.name} is a damaged ZIP archive or Excel workbook: {error}") from error
    if "xl/workbook.xml" in names:
        return "Excel"
    if "schema.json" in names:
        raise UnreadableFileError(f"{file.name} is a skops model; models are made here by fitting, never uploaded")
    raise UnreadableFileError(
        f"{file.name} is a ZIP archive without a Spark event log; unpack it and import what is inside"
    )


def _as_text(head: bytes) -> str:
    encoding = "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    return head.decode(encoding, errors="replace").lstrip()
