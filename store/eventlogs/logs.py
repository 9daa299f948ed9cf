"""Which files make up one application's log: Spark and Databricks roll logs over into several."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from store.eventlogs.entries import Entry

# Spark: eventlog_v2_APP/events_3_APP.zstd; .compact holds what was worth keeping of it and of all before.
_SPARK_PART = re.compile(r"events_(?P<number>\d{1,9})_(?P<log>[^.]+)[^/]*?(?P<compact>\.compact)?")
# Databricks: eventlog-2021-06-14--20-00.gz, ..., and the newest is just eventlog.
_DATABRICKS_PART = re.compile(r"eventlog(-\d{4}-\d\d-\d\d--\d\d-\d\d)?(\.gz)?")
# What Spark and Hadoop put beside logs; until 1.2 a log was a folder with EVENT_LOG_1 and files that only have names.
_BESIDE = re.compile(r"\..*|_.*|appstatus_.*|.*\.crc|SPARK_VERSION_.*|COMPRESSION_CODEC_.*|APPLICATION_COMPLETE")


@dataclass(frozen=True)
class Log:
    """One application's log.

    Parameters
    ----------
    name : str
        For messages: its file, or the folder of its parts.
    parts : sequence of Entry
        Its files in the order in which they were written.
    gap : str or None
        What is missing between or before the parts, in words.
    compacted : bool
        The gap is only what Spark itself left out: jobs that had ended.
    refusal : str or None
        Why the log cannot be read, whatever its files hold.
    """

    name: str
    parts: Sequence[Entry]
    gap: str | None = None
    compacted: bool = False
    refusal: str | None = None


def logs_of(entries: Iterable[Entry]) -> list[Log]:
    """Sort files into logs, in the order of their names."""
    groups: dict[tuple[str, str], list[Entry]] = {}
    for entry in sorted(entries, key=lambda entry: entry.path):
        if not _BESIDE.fullmatch(entry.name):
            groups.setdefault((entry.folder, _log_in_folder(entry.name)), []).append(entry)
    return [_log(kind, parts) for (_, kind), parts in groups.items()]


def _log_in_folder(name: str) -> str:
    """Return what tells a folder's logs apart; the parts of one log have it in common."""
    if part := _SPARK_PART.fullmatch(name):
        return f"events_{part['log']}"
    return "eventlog" if _DATABRICKS_PART.fullmatch(name) else name


def _log(kind: str, parts: list[Entry]) -> Log:
    if _SPARK_PART.fullmatch(parts[0].name):
        return _rolled_by_spark(parts)
    if kind == "eventlog":
        # The dates sort by name, and the newest part has none; its log says whether the first is there.
        parts.sort(key=lambda entry: (_date(entry) == "", _date(entry)))
    return Log(_name(parts), parts)


def _date(entry: Entry) -> str:
    part = _DATABRICKS_PART.fullmatch(entry.name)
    return (part[1] or "") if part else ""


def _name(parts: Sequence[Entry]) -> str:
    folder = parts[0].folder
    return parts[0].path if len(parts) == 1 or folder == "." else folder


def _rolled_by_spark(entries: list[Entry]) -> Log:
    parts = [(entry, match) for entry in entries if (match := _SPARK_PART.fullmatch(entry.name))]
    compact = max((int(match["number"]) for _, match in parts if match["compact"]), default=0)
    numbered: dict[int, Entry] = {}
    refusal = None
    for entry, match in parts:
        number = int(match["number"])
        if number < compact or (number == compact and not match["compact"]):
            continue  # the compacted part stands for these
        if number in numbered:
            refusal = f"{entry.path}: part {number} of this log is there twice; give it once"
        numbered[number] = entry
    ordered = [numbered[number] for number in sorted(numbered)]
    gap = _gap(numbered, max(compact, 1))
    if compact and gap is None:
        gap = f"Spark compacted the log: what ended before part {compact} is no longer in it"
        return Log(_name(ordered), ordered, gap, compacted=True, refusal=refusal)
    return Log(_name(ordered), ordered, gap, refusal=refusal)


def _gap(numbered: Mapping[int, Entry], start: int) -> str | None:
    missing = max(numbered) - start + 1 - len(numbered)
    if not missing:
        return None
    first = next(number for number in itertools.count(start) if number not in numbered)
    return f"part {first} of the log is missing" + (f" and {missing - 1:,} more" if missing > 1 else "")
