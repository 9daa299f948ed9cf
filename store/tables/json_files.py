"""JSON lines: one object a line; a list of objects, as our own commands print it, or one object is made that first."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace

from store.checking.sandbox import Connection
from store.errors import Problem, UnreadableFileError
from store.frames import to_json
from store.tables import text
from store.tables.files import HEAD, File
from store.tables.limits import LIMITS, Limits
from store.tables.table import Table

LIST_BYTES = 64 << 20
_BLANKS = re.compile(r"[ \t\n\r]*")
_READ = """
CREATE TABLE objects AS
SELECT line, CASE WHEN json_type(object) = 'OBJECT' THEN object END AS object
FROM (SELECT line, CASE WHEN json_valid(line) THEN line::JSON END AS object
      FROM read_csv($path, auto_detect = false, header = false, delim = '', quote = '', escape = '',
                    columns = {'line': 'VARCHAR'}, new_line = '\\n', max_line_size = $line_bytes))
"""
_KEYS = """
SELECT key FROM (SELECT unnest(json_keys(object)) AS key, rowid FROM objects) GROUP BY key ORDER BY min(rowid), key
"""
_BROKEN = "SELECT rowid + 1 FROM objects WHERE object IS NULL AND trim(line) <> '' ORDER BY rowid"


def normalised(file: File, limits: Limits = LIMITS) -> File:
    """Return the file as UTF-8 with one object a line.

    Raises
    ------
    UnreadableFileError
        If it is no text, or a JSON list that is damaged or longer than allowed.
    """
    file = text.normalised(file)
    head = file.head.lstrip(b"\xef\xbb\xbf \t\n")
    if not head.startswith(b"[") and not _is_spread(head):
        return file
    path, number = file.folder / "lines", 0
    with path.open("w", encoding="utf-8") as lines:
        for number, record in enumerate(_listed(file), start=1):
            if not isinstance(record, dict):
                raise UnreadableFileError(f"{file.name} is a JSON list, but its element {number:,} is no object")
            limits.check_rows(file.name, number)
            lines.write(_line(file, record) + "\n")
    with path.open("rb") as start:
        return replace(file, path=path, head=start.read(HEAD), lines=number)


def _is_spread(head: bytes) -> bool:
    """Whether an object does not end on the line where it begins."""
    first = head.partition(b"\n")[0].strip()
    return first == b"{" or (first.startswith(b"{") and first.endswith((b",", b"[", b"{")))


def _listed(file: File) -> Iterator[object]:
    """Yield the elements of a list, or the one value that there is."""
    if file.path.stat().st_size > LIST_BYTES:
        raise UnreadableFileError(
            f"{file.name} is one JSON value of more than {LIST_BYTES:,} bytes; write JSON lines, one object a line"
        )
    content = file.path.read_text("utf-8-sig")
    try:
        yield from _elements(content) if content.lstrip().startswith("[") else [json.loads(content)]
    except (ValueError, RecursionError) as error:
        raise UnreadableFileError(f"{file.name} is no valid JSON: {error}") from error


def _elements(content: str) -> Iterator[object]:
    """Yield the elements of a list one by one: all at once take many times the memory of their text."""
    decode, place = json.JSONDecoder().raw_decode, _next(content, content.index("[") + 1)
    mark = content[place : place + 1]
    while mark != "]":
        element, place = decode(content, place)
        yield element
        place = _next(content, place)
        mark = content[place : place + 1]
        if mark == ",":
            place = _next(content, place + 1)
        elif mark != "]":
            raise json.JSONDecodeError("Expecting ',' delimiter", content, place)
    if (end := _next(content, place + 1)) < len(content):
        raise json.JSONDecodeError("Extra data", content, end)


def _next(content: str, place: int) -> int:
    """Return where blanks end."""
    return match.end() if (match := _BLANKS.match(content, place)) else place


def _line(file: File, record: dict[str, object]) -> str:
    try:
        return to_json(record)
    except ValueError as error:
        raise UnreadableFileError(f"{file.name} is no valid JSON: {error}") from error


def read(connection: Connection, file: File, limits: Limits = LIMITS) -> Table:
    """Look at a file with one JSON object a line; keys are headers.

    Raises
    ------
    UnreadableFileError
        If it has more lines or keys than allowed.
    """
    limits.check_rows(file.name, file.lines)
    connection.execute(_READ, {"path": str(file.path), "line_bytes": limits.line_bytes})
    keys = [key for (key,) in connection.execute(_KEYS).fetchall()]
    limits.check_columns(file.name, len(keys))
    return Table(
        keys,
        [f"json_extract_string(object, $key{number})" for number in range(len(keys))],
        "objects",
        lambda rows: {row: row + 1 for row in rows},
        {f"key{number}": "/" + key.replace("~", "~0").replace("/", "~1") for number, key in enumerate(keys)},
        first_line=None,
        broken=lambda: [Problem(line, None, "is no JSON object") for (line,) in connection.execute(_BROKEN).fetchall()],
    )
