"""From what was given to the applications whose logs it holds."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TypeVar

from store.errors import EventLogError
from store.eventlogs.application import Application
from store.eventlogs.codecs import Budget, Decoded
from store.eventlogs.entries import UNREADABLE, Entry, unpacked
from store.eventlogs.events import TaskEnd
from store.eventlogs.learning import ended_before, learn
from store.eventlogs.logs import Log, logs_of
from store.eventlogs.reader import Part

FIRST_BYTES = 1 << 12
App = TypeVar("App", bound=Application)


@contextmanager
def found_logs(entries: list[Entry], budget: Budget) -> Iterator[list[Log]]:
    """Yield the logs in a folder or in one file, which may be an archive; readable until the context ends.

    Raises
    ------
    EventLogError
        When an archive cannot be read, or there is no log.
    """
    name = entries[0].path if len(entries) == 1 else "the folder"
    with _sorted_logs(entries, budget) as logs:
        if not logs:
            raise EventLogError(f"{name}: no event log in it")
        yield logs


@contextmanager
def _sorted_logs(entries: list[Entry], budget: Budget) -> Iterator[list[Log]]:
    with ExitStack() as stack:
        if len(entries) == 1:
            entries = stack.enter_context(unpacked(entries[0], budget))
        yield logs_of(entries)


def holds_log(entries: list[Entry]) -> bool:
    """Say whether the first of these files, or of the archive that they are, starts as an event log does.

    Raises
    ------
    EventLogError
        When it cannot be read.
    """
    budget = Budget(sum(entry.size for entry in entries))
    errors = []
    with _sorted_logs(entries, budget) as logs:
        for log in logs:
            try:
                if _starts_like_log(log.parts[0], budget):
                    return True
            except EventLogError as error:  # the next one may be readable
                errors.append(error)
    if errors:
        raise errors[0]
    return False


def _starts_like_log(entry: Entry, budget: Budget) -> bool:
    try:
        with Decoded(entry.open(), budget) as decoded:
            start = io.BufferedReader(decoded).read(FIRST_BYTES).lstrip()
    except EventLogError as error:
        raise EventLogError(f"{entry.path}: {error}") from error
    except UNREADABLE as error:
        raise EventLogError(f"{entry.path} cannot be read: {error}") from error
    return start.startswith(b"{") and b'"Event"' in start.partition(b"\n")[0]


def read_log(log: Log, app: App, budget: Budget, keep: Callable[[TaskEnd], None] | None = None) -> App:
    """Read one application's log.

    Parameters
    ----------
    log : Log
        Its files.
    app : Application
        An empty one to fill; it is returned.
    budget : Budget
        Pays for what is unpacked.
    keep : callable or None
        Gets every task's end, in order: the application only counts them.

    Raises
    ------
    EventLogError
        When a file cannot be read, or is no event log.
    """
    if log.refusal is not None:
        raise EventLogError(log.refusal)
    codecs = []
    cut_gap = None
    for entry in log.parts:
        part = Part(entry, budget)
        for event in part.events():
            task_ended = type(event) is TaskEnd
            if task_ended and ended_before(event):
                continue
            learn(app, event)
            if task_ended and keep is not None:
                keep(event)
        codecs.append(part.codec)
        app.cut |= part.cut
        if part.cut and entry is not log.parts[-1]:
            cut_gap = f"{entry.path} is cut, and the log goes on after it"
    app.codec = "+".join(dict.fromkeys(codecs))
    app.gap = cut_gap or log.gap or _rollover_gap(app.rollovers)
    app.compacted = log.compacted and cut_gap is None
    if not app.seen.last_ms and not app.spark_version:
        raise EventLogError(f"{log.name}: no event of a Spark application; this is not a Spark event log")
    return app


def _rollover_gap(rollovers: set[int]) -> str | None:
    """Databricks numbers the parts of a log from 0."""
    missing = len(rollovers) and max(rollovers) + 1 - len(rollovers)
    return f"{missing} of {max(rollovers) + 1} parts of the log are missing" if missing else None
