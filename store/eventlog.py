"""Spark event logs: one uncompressed file of JSON lines in, plain records out.

Spark writes an event a line and adds new kinds with every release, so events that are not needed here are skipped.
A log may stop anywhere (a killed driver): what was read up to there still counts.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from store.errors import SparkcastError
from store.failures import failure_kind

Event = Mapping[str, Any]
LONGEST_REASON = 4000


class EventLogError(SparkcastError):
    """A file that is not a readable Spark event log."""


@dataclass
class ExecutorEvents:
    """One executor's life; times are Unix milliseconds."""

    executor_id: str
    host: str
    cores: int
    added_ms: int
    removed_ms: int | None = None
    removed_reason: str | None = None


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


@dataclass
class JobEvents:
    """One Spark job; `ended_ms` and `succeeded` are None while it runs."""

    job_id: int
    started_ms: int
    ended_ms: int | None = None
    succeeded: bool | None = None


@dataclass
class EventLog:
    """What one Spark application did, as far as its log goes."""

    spark_version: str | None = None
    app_id: str | None = None
    app_start_ms: int | None = None
    app_end_ms: int | None = None
    properties: dict[str, str] = field(default_factory=dict)
    executors: dict[str, ExecutorEvents] = field(default_factory=dict)
    tasks: list[TaskEvent] = field(default_factory=list)
    jobs: dict[int, JobEvents] = field(default_factory=dict)

    @property
    def first_job_ms(self) -> int | None:
        """Submission of the first job, Unix milliseconds."""
        return min((job.started_ms for job in self.jobs.values()), default=None)

    @property
    def completion_time_s(self) -> float | None:
        """Seconds from the first job's submission to the last job's end; None unless every job succeeded."""
        ends = [job.ended_ms for job in self.jobs.values() if job.succeeded and job.ended_ms is not None]
        if self.first_job_ms is None or len(ends) < len(self.jobs):
            return None
        return (max(ends) - self.first_job_ms) / 1000

    @property
    def failure_reasons(self) -> list[str]:
        """Reasons of failed tasks, then of removed executors."""
        tasks = [task.reason for task in self.tasks if task.failed and task.reason]
        return tasks + [gone.removed_reason for gone in self.executors.values() if gone.removed_reason]

    @property
    def failure_kind(self) -> str | None:
        """The run log's word for what went wrong, or None."""
        return failure_kind(self.failure_reasons)

    def task_rows(self) -> list[Mapping[str, Any]]:
        """Rows for the store's `tasks` table."""
        return [asdict(task) for task in self.tasks]

    def executor_rows(self) -> list[Mapping[str, Any]]:
        """Rows for the store's `executors` table, each with the number of tasks that ended on it."""
        seen = Counter(task.executor_id for task in self.tasks)
        return [asdict(one) | {"tasks": seen[one.executor_id]} for one in self.executors.values()]


def parse_event_log(path: Path) -> EventLog:
    """Read one uncompressed Spark event log.

    Parameters
    ----------
    path : Path
        A file of JSON lines; an unfinished last line (the driver died while writing) is dropped.

    Raises
    ------
    EventLogError
        When the file cannot be read, or a line before the last is not a Spark event.
    """
    log = EventLog()
    for event in _events(path):
        handle = _HANDLERS.get(str(event.get("Event")))
        if handle is not None:
            handle(log, event)
    return log


def _events(path: Path) -> Iterator[Event]:
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                event = _event(path, number, line)
                if event is not None:
                    yield event
    except (OSError, UnicodeDecodeError) as error:
        raise EventLogError(f"{path}: cannot be read as a Spark event log: {error}") from error


def _event(path: Path, number: int, line: str) -> Event | None:
    if not line.strip():
        return None
    try:
        event = json.loads(line)
    except json.JSONDecodeError as error:
        if number > 1 and not line.endswith("\n"):
            return None  # the writer died in the middle of its last line
        raise EventLogError(f"{path}, line {number}: not JSON ({error.msg}); is this a Spark event log?") from error
    if not isinstance(event, dict) or "Event" not in event:
        raise EventLogError(f'{path}, line {number}: no "Event" field; this is not a Spark event log')
    return event


def _log_start(log: EventLog, event: Event) -> None:
    log.spark_version = event.get("Spark Version")


def _environment(log: EventLog, event: Event) -> None:
    log.properties = dict(event.get("Spark Properties") or {})


def _application_start(log: EventLog, event: Event) -> None:
    log.app_id = event.get("App ID")
    log.app_start_ms = event["Timestamp"]


def _application_end(log: EventLog, event: Event) -> None:
    log.app_end_ms = event["Timestamp"]


def _executor_added(log: EventLog, event: Event) -> None:
    info = event["Executor Info"]
    name = str(event["Executor ID"])
    log.executors[name] = ExecutorEvents(name, info["Host"], info["Total Cores"], event["Timestamp"])


def _executor_removed(log: EventLog, event: Event) -> None:
    executor = log.executors.get(str(event["Executor ID"]))
    if executor is not None and executor.removed_ms is None:  # Spark may log a removal twice: the first is it
        executor.removed_ms = event["Timestamp"]
        executor.removed_reason = str(event.get("Removed Reason", ""))[:LONGEST_REASON] or None


def _job_start(log: EventLog, event: Event) -> None:
    log.jobs[event["Job ID"]] = JobEvents(event["Job ID"], event["Submission Time"])


def _job_end(log: EventLog, event: Event) -> None:
    job = log.jobs.get(event["Job ID"])
    if job is not None:
        job.ended_ms = event["Completion Time"]
        job.succeeded = event["Job Result"]["Result"] == "JobSucceeded"


def _task_end(log: EventLog, event: Event) -> None:
    info, metrics = event["Task Info"], event.get("Task Metrics") or {}
    reason = event["Task End Reason"]
    failed = reason["Reason"] != "Success"
    log.tasks.append(
        TaskEvent(
            stage_id=event["Stage ID"],
            stage_attempt=event["Stage Attempt ID"],
            task_id=info["Task ID"],
            task_attempt=info["Attempt"],
            executor_id=str(info["Executor ID"]),
            launch_ms=info["Launch Time"],
            finish_ms=info["Finish Time"],
            run_ms=metrics.get("Executor Run Time"),
            cpu_ns=metrics.get("Executor CPU Time"),
            gc_ms=metrics.get("JVM GC Time"),
            deserialize_ms=metrics.get("Executor Deserialize Time"),
            failed=failed,
            reason=_reason_text(reason) if failed else None,
        )
    )


def _reason_text(reason: Event) -> str:
    # The fields differ by kind of reason; together they hold every text that the failure table looks for.
    parts = (reason.get(name) for name in ("Reason", "Class Name", "Description", "Loss Reason", "Kill Reason"))
    text = ": ".join(str(part) for part in parts if part)
    return text[:LONGEST_REASON]


_HANDLERS: dict[str, Callable[[EventLog, Event], None]] = {
    "SparkListenerLogStart": _log_start,
    "SparkListenerEnvironmentUpdate": _environment,
    "SparkListenerApplicationStart": _application_start,
    "SparkListenerApplicationEnd": _application_end,
    "SparkListenerExecutorAdded": _executor_added,
    "SparkListenerExecutorRemoved": _executor_removed,
    "SparkListenerJobStart": _job_start,
    "SparkListenerJobEnd": _job_end,
    "SparkListenerTaskEnd": _task_end,
}
