"""What an application's events tell of it, one function a kind of event."""

from __future__ import annotations

from collections.abc import Callable, Sized
from typing import Any

from store.errors import EventLogError
from store.eventlogs import events
from store.eventlogs.application import DRIVERS, LOST, Application, ExecutorEvents, JobEvents
from store.eventlogs.failures import MOST_REASONS, kind_of

LONGEST_REASON = 4000
MOST_THINGS = 1_000_000  # jobs, stages or executors of one application, each of which is kept in mind
# How a task attempt ends that nobody should worry about: another attempt may have been faster.
_NOT_FAILED = frozenset({"Success", "TaskKilled"})


def learn(app: Application, event: Any) -> None:
    """Learn from one event of `store.eventlogs.events`."""
    _HANDLERS[type(event)](app, event)


def reason_text(reason: events.TaskEndReason) -> str | None:
    """Return all that Spark says of why a task attempt did not succeed, shortened; None when it did."""
    if reason.reason == "Success":
        return None
    parts = (reason.reason, reason.exception, reason.description, reason.loss, reason.kill)
    return ": ".join(part for part in parts if part)[:LONGEST_REASON]


def ended_before(event: events.TaskEnd) -> bool:
    """Say whether this tells a second time of an attempt that had succeeded: its output was lost with its executor."""
    return event.reason.reason == "Resubmitted"


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
    if kind_of(reason) is not None:
        app.unrepeated.add(LOST)


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
        app.unrepeated.add((event.stage, info.index))
        _check_number(app.unrepeated, "failed tasks")
    elif app.unrepeated and event.reason.reason == "Success":
        app.unrepeated -= {(event.stage, info.index), LOST}


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
