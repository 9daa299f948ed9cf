"""What one Spark application did, as far as its log goes: the facts that a run is made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sized
from dataclasses import dataclass, field
from typing import Any

from store.errors import EventLogError
from store.eventlogs import events
from store.failures import MOST_REASONS, Failures

LONGEST_REASON = 4000
MOST_THINGS = 1_000_000  # jobs, stages or executors of one application, each of which is kept in mind
DRIVERS = frozenset({"driver", "<driver>"})  # Spark's name for it, and that of Spark 1
# How a task attempt ends that nobody should worry about: another attempt was faster, or its output was lost later.
_NOT_FAILED = frozenset({"Success", "TaskKilled", "Resubmitted"})


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

    def take(self, event: Any) -> None:
        """Learn from one event of `store.eventlogs.events`."""
        _HANDLERS[type(event)](self, event)


def reason_text(reason: events.TaskEndReason) -> str | None:
    """Return all that Spark says of why a task attempt did not succeed, shortened; None when it did."""
    if reason.reason == "Success":
        return None
    parts = (reason.reason, reason.exception, reason.description, reason.loss, reason.kill)
    return ": ".join(part for part in parts if part)[:LONGEST_REASON]


def failed(reason: events.TaskEndReason) -> bool:
    """Say whether a task attempt failed."""
    return reason.reason not in _NOT_FAILED


def _check_number(things: Sized, what: str) -> None:
    if len(things) > MOST_THINGS:
        raise EventLogError(f"it has more than {MOST_THINGS:,} {what}; that is more than any run")


def _log_start(app: Application, event: events.LogStart) -> None:
    app.spark_version = app.spark_version or event.spark_version
    if event.rollover is not None:
        app.rollovers.add(event.rollover)


def _environment(app: Application, event: events.EnvironmentUpdate) -> None:
    app.properties = event.properties


def _application_start(app: Application, event: events.ApplicationStart) -> None:
    app.app_id, app.app_name, app.attempt = event.app_id, event.name, event.attempt
    app.app_start_ms = event.at_ms
    app.seen.add(event.at_ms)


def _application_end(app: Application, event: events.ApplicationEnd) -> None:
    app.app_end_ms = event.at_ms
    app.seen.add(event.at_ms)


def _profile(app: Application, event: events.ResourceProfileAdded) -> None:
    if "memory" in event.requests:
        app.memory_mib[event.profile] = event.requests["memory"].amount
    app.gpus |= "gpu" in event.requests


def _executor_added(app: Application, event: events.ExecutorAdded) -> None:
    known = app.executors.get(event.executor)
    if known is None:
        info = event.info
        app.executors[event.executor] = ExecutorEvents(
            event.executor, info.host, info.cores, event.at_ms, profile=info.profile
        )
        _check_number(app.executors, "executors")
        return
    known.cores = known.cores or event.info.cores
    known.removed_ms = known.removed_reason = None  # it is back, or was announced twice


def _executor_removed(app: Application, event: events.ExecutorRemoved) -> None:
    reason = event.reason[:LONGEST_REASON]
    executor = app.executors.get(event.executor)
    if executor is not None and executor.removed_ms is None:  # Spark may log a removal twice: the first is it
        executor.removed_ms, executor.removed_reason = event.at_ms, reason or None
    app.failures.add(reason, event.executor, started=event.executor in app.tasks_of)


def _block_manager_added(app: Application, event: events.BlockManagerAdded) -> None:
    """Learn of an executor from Spark 1.2, which announces it in no other way."""
    name, at_ms = event.manager.executor, event.at_ms or app.seen.last_ms
    if name not in DRIVERS and name not in app.executors and at_ms is not None:
        app.executors[name] = ExecutorEvents(name, event.manager.host, 0, at_ms)
        _check_number(app.executors, "executors")


def _block_manager_removed(app: Application, event: events.BlockManagerRemoved) -> None:
    executor = app.executors.get(event.manager.executor)
    if executor is not None and executor.cores == 0 and executor.removed_ms is None:
        executor.removed_ms = event.at_ms


def _job_start(app: Application, event: events.JobStart) -> None:
    app.seen.add(event.at_ms)
    app.jobs[event.job] = JobEvents(event.job, event.at_ms)
    _check_number(app.jobs, "jobs")


def _job_end(app: Application, event: events.JobEnd) -> None:
    app.seen.add(event.at_ms)
    job = app.jobs.get(event.job)
    if job is None:
        return  # its start is in a part that is missing
    job.ended_ms, job.succeeded = event.at_ms, event.result.result == "JobSucceeded"
    if not job.succeeded and len(app.job_failures) < MOST_REASONS:
        why = event.result.exception and event.result.exception.message
        app.job_failures.append((why or "")[:LONGEST_REASON])


def _stage_completed(app: Application, event: events.StageCompleted) -> None:
    app.stage_ids.add(event.info.stage)
    _check_number(app.stage_ids, "stages")
    app.stages.add(event.info.submitted_ms, event.info.completed_ms)
    app.seen.add(event.info.completed_ms)


def _task_end(app: Application, event: events.TaskEnd) -> None:
    info = event.info
    app.tasks_ended += 1
    app.tasks_of[info.executor] += 1
    _check_number(app.tasks_of, "executors")
    if app.seen.last_ms is None or info.finish_ms > app.seen.last_ms:
        app.seen.add(info.finish_ms)
    if failed(event.reason):
        app.tasks_failed += 1
        app.failures.add(reason_text(event.reason) or "", info.executor)


def _stage_executor_metrics(app: Application, event: events.StageExecutorMetrics) -> None:
    executor, peaks = app.executors.get(event.executor), event.peaks
    if executor is not None:  # it also tells of the driver
        executor.peak_heap_bytes = max(executor.peak_heap_bytes, peaks.heap)
        executor.peak_jvm_bytes = max(executor.peak_jvm_bytes, peaks.jvm)
        executor.peak_python_bytes = max(executor.peak_python_bytes, peaks.python)


_HANDLERS: dict[type, Callable[[Application, Any], None]] = {
    events.LogStart: _log_start,
    events.EnvironmentUpdate: _environment,
    events.ApplicationStart: _application_start,
    events.ApplicationEnd: _application_end,
    events.ResourceProfileAdded: _profile,
    events.ExecutorAdded: _executor_added,
    events.ExecutorRemoved: _executor_removed,
    events.BlockManagerAdded: _block_manager_added,
    events.BlockManagerRemoved: _block_manager_removed,
    events.JobStart: _job_start,
    events.JobEnd: _job_end,
    events.StageCompleted: _stage_completed,
    events.TaskEnd: _task_end,
    events.StageExecutorMetrics: _stage_executor_metrics,
}
