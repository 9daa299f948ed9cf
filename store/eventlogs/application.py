"""What one Spark application did, as far as its log goes: the facts that a run is made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from store.eventlogs.failures import Failures

DRIVERS = frozenset({"driver", "<driver>"})  # Spark's name for it, and that of Spark 1
LOST = (-1, -1)  # in `unrepeated`: an executor that failed, and no task has succeeded since


@dataclass
class ExecutorEvents:
    """One executor's life; times are Unix milliseconds. Cores that Spark 1.2 does not tell and unknown peaks are 0."""

    executor_id: str
    host: str
    cores: int
    added_ms: int
    removed_ms: int | None = None
    removed_reason: str | None = None
    profile: int = 0
    peak_heap_bytes: int = 0
    peak_jvm_bytes: int = 0
    peak_python_bytes: int = 0


@dataclass
class JobEvents:
    """One Spark job. `ended_ms` and `succeeded` are None while it runs; Spark 1.2 knows no times."""

    job_id: int
    started_ms: int | None
    ended_ms: int | None = None
    succeeded: bool | None = None


@dataclass
class Span:
    """The time from the first to the last of something, Unix milliseconds."""

    first_ms: int | None = None
    last_ms: int | None = None

    def add(self, *moments: int | None) -> None:
        """Widen the span; None changes nothing."""
        known = [moment for moment in (self.first_ms, self.last_ms, *moments) if moment is not None]
        if known:
            self.first_ms, self.last_ms = min(known), max(known)


@dataclass
class Application:
    """One application, or one attempt of it.

    Attributes
    ----------
    spark_version, app_id, app_name, attempt : str or None
        As Spark names them; there is no version before Spark 1.3.
    app_start_ms, app_end_ms : int or None
        Unix milliseconds. Without an end it still ran, was killed, or its log is cut.
    properties : dict
        Spark's settings.
    executors : dict
        By Spark's name; the driver is among them where tasks run in it.
    memory_mib : dict
        Executor memory by resource profile.
    gpus : bool
        Executors asked for GPUs.
    jobs : dict
        By number.
    job_failures : list of str
        Why jobs failed, the first few.
    stages : Span
        From the first submission of a stage to the last completion.
    stage_ids : set
        Stages that have ended.
    tasks_ended, tasks_failed : int
        Task attempts.
    tasks_of : Counter
        Task attempts that ended on each executor.
    failures : Failures
        Those of tasks and executors.
    rollovers : set
        Numbers of the parts that Databricks wrote.
    seen : Span
        Of all that the driver did; executors may run on another clock.
    codec : str
        How the log is compressed.
    cut : bool
        The log ends in the middle of a line or of compressed data.
    gap : str or None
        Which part of the log is missing, in words.
    compacted : bool
        The gap is only what Spark itself left out: jobs that had ended.
    unrepeated : set
        Tasks, as stage and index, that failed and have not succeeded since; `LOST` is an executor's end of its own.
    """

    spark_version: str | None = None
    app_id: str | None = None
    app_name: str | None = None
    attempt: str | None = None
    app_start_ms: int | None = None
    app_end_ms: int | None = None
    properties: dict[str, str] = field(default_factory=dict)
    executors: dict[str, ExecutorEvents] = field(default_factory=dict)
    memory_mib: dict[int, float] = field(default_factory=dict)
    gpus: bool = False
    jobs: dict[int, JobEvents] = field(default_factory=dict)
    job_failures: list[str] = field(default_factory=list)
    stages: Span = field(default_factory=Span)
    stage_ids: set[int] = field(default_factory=set)
    tasks_ended: int = 0
    tasks_failed: int = 0
    tasks_of: Counter[str] = field(default_factory=Counter)
    failures: Failures = field(default_factory=Failures)
    rollovers: set[int] = field(default_factory=set)
    seen: Span = field(default_factory=Span)
    codec: str = ""
    cut: bool = False
    gap: str | None = None
    compacted: bool = False
    unrepeated: set[tuple[int, int]] = field(default_factory=set)

    @property
    def first_job_ms(self) -> int | None:
        """Submission of the first job, Unix milliseconds."""
        return min((job.started_ms for job in self.jobs.values() if job.started_ms is not None), default=None)

    @property
    def completion_time_s(self) -> float | None:
        """Seconds from the first job's submission to the last job's end; None unless every job succeeded."""
        ends = [job.ended_ms for job in self.jobs.values() if job.succeeded and job.ended_ms is not None]
        if self.first_job_ms is None or len(ends) < len(self.jobs):
            return None
        return (max(ends) - self.first_job_ms) / 1000

    def executor_rows(self) -> list[Mapping[str, Any]]:
        """Rows for the store's `executors` table, each with the number of tasks that ended on it."""
        return [
            {
                "executor_id": one.executor_id,
                "host": one.host,
                "cores": one.cores or None,
                "added_ms": one.added_ms,
                "removed_ms": one.removed_ms,
                "tasks": self.tasks_of[one.executor_id],
                "removed_reason": one.removed_reason,
                "peak_heap_bytes": one.peak_heap_bytes or None,
                "peak_jvm_bytes": one.peak_jvm_bytes or None,
                "peak_python_bytes": one.peak_python_bytes or None,
            }
            for one in self.executors.values()
        ]
