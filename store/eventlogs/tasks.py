"""The tasks of one application, of which there may be millions: a row each, kept on disk until they are stored."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from store.eventlogs.events import TaskEnd, TaskMetrics
from store.eventlogs.learning import failed, reason_text
from store.frames import ARROW
from store.runlog import TASK_COLUMNS

SCHEMA = pa.schema([(column.name, ARROW[column.type]) for column in TASK_COLUMNS if column.name != "run_id"])
ROWS = 1 << 13
_NO_METRICS = TaskMetrics()


@dataclass(frozen=True)
class TaskEvent:
    """One ended task attempt; what Spark did not report is None (metrics are absent on lost tasks)."""

    stage_id: int
    stage_attempt: int
    task_id: int
    task_attempt: int
    executor_id: str
    launch_ms: int
    finish_ms: int
    run_ms: int | None
    cpu_ns: int | None
    gc_ms: int | None
    deserialize_ms: int | None
    failed: bool
    reason: str | None
    peak_execution_bytes: int | None


def columns(events: Sequence[TaskEnd]) -> tuple[list[Any], ...]:
    """Return the values of `TaskEvent`, a list a field; by column, because a list of lists takes half as long."""
    infos = [event.info for event in events]
    metrics = [event.metrics or _NO_METRICS for event in events]
    reasons = [event.reason for event in events]
    return (
        [event.stage for event in events],
        [event.stage_attempt for event in events],
        [info.task for info in infos],
        [info.attempt for info in infos],
        [info.executor for info in infos],
        [info.launch_ms for info in infos],
        [info.finish_ms for info in infos],
        [metric.run_ms for metric in metrics],
        [metric.cpu_ns for metric in metrics],
        [metric.gc_ms for metric in metrics],
        [metric.deserialize_ms for metric in metrics],
        [failed(reason) for reason in reasons],
        [reason_text(reason) for reason in reasons],
        [metric.peak_execution_bytes or None for metric in metrics],  # zero means unknown
    )


class TaskSpool:
    """Rows of tasks in a temporary file, `ROWS` of them in memory at a time. Close it when done."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as this object
        self._writer = pa.ipc.new_stream(self._file, SCHEMA)
        self._events: list[TaskEnd] = []
        self._complete = False

    def add(self, event: TaskEnd) -> None:
        """Keep one task."""
        self._events.append(event)
        if len(self._events) == ROWS:
            self._flush()

    def _flush(self) -> None:
        arrays = [pa.array(values, type_) for values, type_ in zip(columns(self._events), SCHEMA.types, strict=True)]
        self._writer.write_batch(pa.record_batch(arrays, schema=SCHEMA))
        self._events.clear()

    @contextmanager
    def reader(self) -> Iterator[pa.RecordBatchReader]:
        """Yield all rows, in the order in which they came, any number of times; nothing can be added after."""
        if self._events:
            self._flush()
        if not self._complete:
            self._writer.close()
            self._complete = True
        self._file.seek(0)
        with pa.ipc.open_stream(self._file) as reader:
            yield reader

    def close(self) -> None:
        """Delete the file."""
        self._file.close()
