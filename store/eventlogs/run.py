"""One run out of one application: what its log says, what it cannot say, and what somebody adds to it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any

from store.errors import EventLogError
from store.eventlogs.application import Application
from store.eventlogs.fleet import LATE, Fleet, fleet_of, gib, is_dynamic, memory_gb
from store.eventlogs.outcome import Outcome, outcome_of, window_of
from store.eventlogs.recommended import recommended
from store.identity import NAMESPACE
from store.memory import PROCESS

# What a run's recommendation says where neither the log nor the user does.
RECOMMENDED = ("application", "cluster", "sampling_rate_pct", "images_per_partition")


@dataclass(frozen=True)
class Supplied:
    """What a log cannot know, or does not say; names, units and meaning as in the run log.

    A value that the log knows itself wins over the one that is supplied.
    """

    application: str | None = None
    cluster: str | None = None
    sampling_rate_pct: float | None = None
    input_images: int | None = None
    dataset_images: int | None = None
    images_per_partition: int | None = None
    campaign: str | None = None
    num_executors: int | None = None
    executor_cores: int | None = None
    executor_memory_gb: float | None = None


@dataclass(frozen=True)
class LoggedRun:
    """What a log says of its run.

    Parameters
    ----------
    row : dict
        Run-log columns; None is what the log does not say.
    unknown : dict
        Why, for each column that is None and that some logs know.
    notes : tuple of str
        What a person should know about the values.
    tasks, stages : int
        Task attempts and stages that ended.
    refusal : str or None
        Why there is no run in the log, whatever is added to it.
    """

    row: Mapping[str, Any]
    unknown: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    tasks: int = 0
    stages: int = 0
    refusal: str | None = None


def logged_run(app: Application) -> LoggedRun:
    """Say what an application's log tells of its run."""
    refusal = None
    if not app.jobs and app.failures.worst is None:
        refusal = f"{_title(app)} ran no Spark job; there is no run in it"
    elif _ends_lost(app):
        refusal = f"{_title(app)}: {app.gap}, so nobody knows how its jobs ended; give the log with all its parts"
    window, outcome = window_of(app), outcome_of(app)
    fleet = fleet_of(app, window)
    seconds = (window.end_ms - window.start_ms) / 1000 if window and outcome.status == "ok" and not app.gap else None
    started_ms = app.app_start_ms if app.app_start_ms is not None else app.seen.first_ms
    row: dict[str, Any] = {
        "run_id": _run_id(app),
        "num_executors": fleet.executors,
        "executor_cores": fleet.cores,
        "total_cores": fleet.total_cores,
        "executor_memory_gb": _memory_gb(app, fleet),
        "completion_time_s": seconds,
        "status": outcome.status,
        "failure_kind": outcome.failure_kind,
        "started_at": None if started_ms is None else datetime.fromtimestamp(started_ms / 1000, UTC),
        "spark_version": app.spark_version,
    }
    unknown = {name: why for name, why in _reasons(app, fleet).items() if row[name] is None}
    if outcome.status != "ok":
        unknown.pop("completion_time_s", None)  # a run that failed has none
    if refusal is not None:
        row["status"] = None
    notes = tuple(_notes(app, fleet, outcome))
    row["settings"] = _settings(app, fleet, outcome, unknown)
    return LoggedRun(row, unknown, notes, app.tasks_ended, len(app.stage_ids), refusal)


def _memory_gb(app: Application, fleet: Fleet) -> float | None:
    """Return the memory of an executor as the models of its recommendation mean it, GiB."""
    memory = memory_gb(app, fleet)
    if memory is None or fleet.local or recommended(app.properties).get("memory_regime") != PROCESS:
        return memory
    return memory + (gib(app.properties.get("spark.executor.memoryOverhead")) or 0.0)


def completed(run: LoggedRun, supplied: Supplied) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the whole row of a run, and what to say about it.

    Raises
    ------
    EventLogError
        When there is no run in the log, or something is still missing that a run needs; it names all of it.
    """
    if run.refusal is not None:
        raise EventLogError(run.refusal)
    row, notes = dict(run.row), list(run.notes)
    for name in (each.name for each in fields(Supplied)):
        value = getattr(supplied, name)
        if row.get(name) is None:
            row[name] = value
        elif value is not None and value != row[name]:
            notes.append(f"{name} is {row[name]:g}, as the log says; the {value:g} that was given is not used")
    counted = None not in (row["input_images"], row["dataset_images"])
    for name in RECOMMENDED:
        said = row["settings"].get("recommended", {}).get(name)
        if row[name] is None and said is not None and not (counted and name == "sampling_rate_pct"):
            row[name] = said
            notes.append(f"{name} is {said}, as the recommendation says that the run was configured from")
        elif said is not None and row[name] not in (None, said):
            notes.append(f"{name} is {row[name]}, as given; the recommendation of the run says {said}")
    if missing := _missing(row):
        texts = [f"{name} ({run.unknown[name]})" if name in run.unknown else name for name in missing]
        raise EventLogError(f"say what this log does not: {', '.join(texts)}")
    notes += [f"{name} is not known: {why}" for name, why in run.unknown.items() if row[name] is None]
    return row, tuple(notes)


def _ends_lost(app: Application) -> bool:
    """Say whether the end of a job may be in a part that is missing; Spark leaves out none of a job that runs."""
    unended = any(job.succeeded is None for job in app.jobs.values())
    return unended and app.gap is not None and (app.app_end_ms is not None or not app.compacted)


_NEEDED = ("application", "cluster", "num_executors", "executor_cores", "executor_memory_gb")


def _missing(row: Mapping[str, Any]) -> list[str]:
    missing = [name for name in _NEEDED if row[name] is None]
    if row["sampling_rate_pct"] is None and None in (row["input_images"], row["dataset_images"]):
        missing.append("sampling_rate_pct or both input_images and dataset_images")
    if row["status"] == "ok" and row["completion_time_s"] is None:
        missing.append("completion_time_s")
    return missing


def _title(app: Application) -> str:
    name = app.app_id or app.app_name or "the application"
    return f"{name}, attempt {app.attempt}," if app.attempt else name


def _run_id(app: Application) -> str:
    """Make the run's name from what happened, so that the same log in another codec is the same run."""
    jobs = [(job.job_id, job.started_ms, job.ended_ms, job.succeeded) for job in app.jobs.values()]
    executors = [(one.executor_id, one.cores, one.added_ms, one.removed_ms) for one in app.executors.values()]
    span = (app.app_start_ms, app.app_end_ms, app.seen.first_ms, app.seen.last_ms)
    content = [app.app_id, app.attempt, span, jobs, executors, app.tasks_ended, app.tasks_failed]
    return str(uuid.uuid5(NAMESPACE, json.dumps(content)))


def _reasons(app: Application, fleet: Fleet) -> dict[str, str]:
    """Say for each column why a log may not know it; only those of missing values are used."""
    memory = "spark.executor.memory is not set, and what Spark takes then is not logged"
    cores = "Spark 1.2 does not log them" if fleet.executors else "no executor registered"
    if fleet.local:
        cores = "local mode takes all cores of its machine, and this log does not say how many those are"
        memory = "tasks ran in the driver (local mode) and spark.driver.memory is not set"
    elif len(app.memory_mib) > 1:
        memory = "executors of several sizes"
    time = app.gap or "the log has no times of jobs or stages"
    if app.seen.last_ms is not None and app.jobs and not app.gap:
        time = "no time passed between its jobs' start and end"
    return {
        "num_executors": "no executor registered",
        "executor_cores": cores,
        "executor_memory_gb": memory,
        "completion_time_s": time,
        "spark_version": "Spark logs its version since 1.3",
    }


def _notes(app: Application, fleet: Fleet, outcome: Outcome) -> list[str]:
    notes = [outcome.reason] if outcome.reason else []
    notes += _fleet_notes(fleet)
    if app.tasks_failed and outcome.status == "ok":
        notes.append(f"{app.tasks_failed} task attempts failed and were repeated; the completion time includes that")
    if app.first_job_ms is None and app.stages.last_ms is not None:
        notes.append("Spark 1.2 logs no times of jobs: the completion time is that of their stages")
    if app.app_end_ms is None and outcome.status == "ok":
        notes.append("the log has no end: jobs that came later are not in it")
    if app.gap:
        notes.append(app.gap)
    return notes


def _fleet_notes(fleet: Fleet) -> Iterator[str]:
    if fleet.local:
        yield "local mode: one executor inside the driver, not comparable with a cluster's"
    if not fleet.clocks_agree:
        yield "executors registered, but not while the jobs ran: the clocks in this log do not agree"
    if fleet.mean is None or fleet.executors is None:
        return
    if fleet.came_and_went:
        yield f"executors came and went: {fleet.mean:.2f} on average over the jobs' time, {fleet.registered} in all"
    elif fleet.mean < LATE * fleet.executors:
        yield "some executors registered after the first job had started; the completion time includes the wait"
    if fleet.mean_cores is not None and fleet.total_cores != round(fleet.mean_cores):
        yield (
            f"total_cores is {fleet.total_cores}, what {fleet.executors} executors of at most {fleet.cores} can have; "
            f"on average they had {fleet.mean_cores:.1f}"
        )


def _settings(app: Application, fleet: Fleet, outcome: Outcome, unknown: Mapping[str, str]) -> dict[str, Any]:
    """Return what is worth keeping beside the columns; what is not known is left out.

    Nothing of how the log was packed: the same log in another codec is the same run.
    """
    task_cpus = app.properties.get("spark.task.cpus", "")
    settings = {
        "app_id": app.app_id,
        "app_name": app.app_name,
        "app_attempt": app.attempt,
        "master": app.properties.get("spark.master"),
        "local_mode": fleet.local or None,
        "dynamic_allocation": is_dynamic(app) or None,
        "executors_mean": round(fleet.mean, 3) if fleet.came_and_went and fleet.mean is not None else None,
        "executors_registered": fleet.registered if fleet.came_and_went else None,
        "task_cpus": int(task_cpus) if task_cpus.isdigit() else None,
        "accelerator": "gpu" if app.gpus else None,
        "jobs": len(app.jobs),
        "stages": len(app.stage_ids),
        "tasks": app.tasks_ended,
        "failed_tasks": app.tasks_failed,
        "failures": dict(app.failures.counts) or None,
        "reason": outcome.reason,
        "recommended": recommended(app.properties) or None,
        "log_complete": app.app_end_ms is not None and not app.cut and app.gap is None,
        "unknown": sorted(unknown) or None,
    }
    return {name: value for name, value in settings.items() if value is not None}
