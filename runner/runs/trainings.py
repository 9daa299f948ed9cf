"""What the run log keeps of a training, and what makes it no measurement."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from runner.runs.threads import thread_faults
from runner.spec import RunSpec
from runner.training.order import Training
from store.eventlogs.eventlog import EventLog

_BY_EPOCH = ("loss", "training_accuracy_pct", "test_accuracy_pct")
_SECONDS = ("compute_s", "exchange_s", "scheduling_s", "test_s", "work_wall_s", "work_cpu_s")


def training_settings(spec: RunSpec, result: Mapping[str, Any], log: EventLog | None) -> dict[str, Any]:
    """Return the part of a run's settings that says how it trained and what it learned.

    Parameters
    ----------
    spec : RunSpec
    result : mapping
        With the job's ``epochs``; see `runner.training.epochs.Epoch`.
    log : EventLog or None
    """
    training, epochs = Training.read(spec.training or {}), result["epochs"]
    seconds = {name: round(sum(one[name] for one in epochs), 3) for name in _SECONDS}
    return {
        **training.identity,
        "kernel": training.kernel,
        "steps": sum(one["steps"] for one in epochs),
        "images_seen": sum(one["images"] for one in epochs),
        **{name: [_finite(one[name]) for one in epochs] for name in _BY_EPOCH},
        "epoch_s": [round(one["wall_s"] + one["test_s"], 3) for one in epochs],
        **seconds,
        "cpu_per_task_core": round(seconds["work_cpu_s"] / (seconds["work_wall_s"] * spec.task_cpus), 3),
        "restarts": sum(one["restarts"] for one in epochs),
        "recoveries": count_losses(log),
    }


def _finite(value: float) -> float | None:
    # A training that diverged has no loss: JSON cannot hold what it has instead.
    return round(value, 4) if math.isfinite(value) else None


def completion_time_s(spec: RunSpec, log: EventLog) -> float | None:
    """Return the seconds from the first job's start to the last one's end; None when there is no such time.

    Every job must have succeeded; of a training the last one, as an epoch whose job failed is made again.
    """
    if spec.training is None:
        return log.completion_time_s
    ends = [job.ended_ms for job in log.jobs.values() if job.succeeded and job.ended_ms is not None]
    return (max(ends) - log.first_job_ms) / 1000 if ends and log.first_job_ms is not None else None


def count_losses(log: EventLog | None) -> int:
    """Return how many task attempts failed and how many executors went away before the last job ended."""
    if log is None:
        return 0
    last_ms = max((job.ended_ms for job in log.jobs.values() if job.ended_ms is not None), default=0)
    gone = [one.removed_ms for one in log.executors.values() if one.removed_ms is not None]
    return sum(task.failed for task in log.tasks) + sum(removed_ms < last_ms for removed_ms in gone)


def epoch_faults(spec: RunSpec, result: Mapping[str, Any]) -> Iterator[str]:
    """Return why what a training says of its epochs cannot be right."""
    training, epochs = Training.read(spec.training or {}), result["epochs"]
    if len(epochs) != training.epochs:
        yield f"{len(epochs)} epochs ended, {training.epochs} were asked for"
    for one in epochs:
        if one["images"] != spec.images:
            yield f"epoch {one['number']} saw {one['images']} images, {spec.images} were asked for"
    wall_s, cpu_s = (sum(one[name] for one in epochs) for name in ("work_wall_s", "work_cpu_s"))
    yield from thread_faults(spec, wall_s, cpu_s)
