"""Lines of JSON to events: only the lines and fields that a run needs are parsed, in bounded memory."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import msgspec

from store.errors import EventLogError
from store.eventlogs.codecs import Budget, Decoded
from store.eventlogs.entries import UNREADABLE, Entry
from store.eventlogs.events import DECODERS

BUFFER = 1 << 18
# So Spark starts every line. One that has the name elsewhere is parsed to find it.
_START = b'{"Event":"'
_TASK_END = b'{"Event":"SparkListenerTaskEnd"'
_decode_task_end = DECODERS[b"SparkListenerTaskEnd"].decode


class Part:
    """One file of a log, read once from its start.

    Parameters
    ----------
    entry : Entry
        The file.
    budget : Budget
        Pays for what is unpacked.

    Attributes
    ----------
    codec : str
        How the file is compressed, known once `events` has begun.
    cut : bool
        The file ends in the middle of a line or of compressed data, known once `events` is through.
    """

    def __init__(self, entry: Entry, budget: Budget) -> None:
        self._entry = entry
        self._budget = budget
        self._number = 0
        self.codec = ""
        self.cut = False

    def events(self) -> Iterator[Any]:
        """Yield the events of `store.eventlogs.events`, in the order of their lines.

        Raises
        ------
        EventLogError
            When the file cannot be read or unpacked, or a line before the last is no Spark event; it names the line.
        """
        try:
            with Decoded(self._entry.open(), self._budget) as decoded:
                self.codec = decoded.codec
                yield from self._parse(io.BufferedReader(decoded, BUFFER))
                self.cut |= decoded.cut
        except EventLogError as error:
            raise EventLogError(f"{self._entry.path}, line {self._number or 1}: {error}") from error
        except UNREADABLE as error:
            raise EventLogError(f"{self._entry.path} cannot be read: {error}") from error

    def _parse(self, lines: io.BufferedReader) -> Iterator[Any]:
        line = b""
        try:
            for self._number, line in enumerate(lines, start=1):
                # Most of a log is tasks: what is done here decides how fast a log is read.
                event = _decode_task_end(line) if line.startswith(_TASK_END) else _decode(line)
                if event is not None:
                    yield event
        except msgspec.ValidationError as error:
            raise EventLogError(f"not what Spark writes: {error}") from error
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            if self._number == 1 or line.endswith(b"\n"):
                raise EventLogError(f"not JSON ({error}); is this a Spark event log?") from error
            self.cut = True  # the writer died in the middle of its last line


def _decode(line: bytes) -> Any:
    """Return the line's event, None when it is not one that is read."""
    if not line.startswith(_START):
        return _find(line)
    decoder = DECODERS.get(line[len(_START) : line.find(b'"', len(_START))])
    if decoder is not None:
        return decoder.decode(line)
    # It is skipped unread, but whether the last line is whole is worth knowing.
    return None if line.endswith(b"\n") else _find(line)


def _find(line: bytes) -> Any:
    """Parse a line that does not start as Spark's lines do."""
    if not line.strip():
        return None
    event = msgspec.json.decode(line)
    if not isinstance(event, dict) or not isinstance(event.get("Event"), str):
        raise EventLogError('no "Event" field; this is not a Spark event log')
    decoder = DECODERS.get(event["Event"].encode())
    return decoder.decode(line) if decoder else None
