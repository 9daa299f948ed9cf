"""A profile is valid or it is not a run: what the event log and the job's sums must show (DESIGN section 7)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from runner.clusters.conf import REDACTED, looks_secret, spark_conf
from runner.runs.threads import thread_faults
from runner.runs.trainings import completion_time_s, epoch_faults
from runner.spec import RunSpec
from store.eventlogs.eventlog import EventLog

# JVM options, to which Spark adds its own, and the master's address, which is not known beforehand.
_JVM_OPTIONS = frozenset({"spark.executor.extraJavaOptions", "spark.driver.extraJavaOptions"})
_NOT_COMPARED = _JVM_OPTIONS | {"spark.master"}


def find_faults(spec: RunSpec, result: dict[str, Any], log: EventLog) -> list[str]:
    """Return why a run that finished is not a valid measurement; empty when it is one.

    Parameters
    ----------
    spec : RunSpec
        What was asked for.
    result : dict
        The job's sums: ``predictions``, ``corrupt_images``, ``corrupt_examples``, ``id_sum``, ``model_loads``,
        ``wall_s``, ``cpu_s``; of a training its ``epochs``.
    log : EventLog
        What Spark says happened.
    """
    if spec.training is not None:
        # What was lost and made good shows in the run's settings instead; see `runner.runs.trainings`.
        checks = (
            _job_faults(spec, log),
            _start_faults(spec, log),
            _setting_faults(spec, log),
            epoch_faults(spec, result),
        )
        return [fault for check in checks for fault in check]
    checks = (_job_faults(spec, log), _start_faults(spec, log), _executor_faults(spec, log), _task_faults(spec, log))
    faults = [fault for check in checks for fault in check]
    return [*faults, *_setting_faults(spec, log), *_work_faults(spec, result)]


def python_worker_replaced(spec: RunSpec, result: dict[str, Any], log: EventLog) -> bool:
    """Whether a Python worker ended between two tasks: Spark starts another without a word, which loads the model."""
    same_executors = len(log.executors) == len(spec.executor_cores)
    return spec.training is None and same_executors and result["model_loads"] > _python_workers(spec)


def _python_workers(spec: RunSpec) -> int:
    return sum(cores // spec.task_cpus for cores in spec.executor_cores)


def _job_faults(spec: RunSpec, log: EventLog) -> Iterator[str]:
    if completion_time_s(spec, log) is None:
        yield "the event log shows no finished job"


def _start_faults(spec: RunSpec, log: EventLog) -> Iterator[str]:
    first, wanted = log.first_job_ms, sorted(spec.executor_cores)
    ready = [one for one in log.executors.values() if first is None or one.added_ms <= first]
    if len(ready) != len(wanted):
        yield f"{len(ready)} executors were registered when the job started, {len(wanted)} were asked for"
    elif sorted(one.cores for one in ready) != wanted:
        yield f"executors have {sorted(one.cores for one in ready)} cores, {wanted} were asked for"


def _executor_faults(spec: RunSpec, log: EventLog) -> Iterator[str]:
    if len(log.executors) > len(spec.executor_cores):
        yield f"{len(log.executors)} executors were started in all: some were replaced"
    ends = [job.ended_ms for job in log.jobs.values() if job.ended_ms is not None]
    for one in log.executors.values():
        if one.removed_ms is not None and ends and one.removed_ms < max(ends):
            yield f"executor {one.executor_id} was lost during the run: {one.removed_reason}"


def _task_faults(spec: RunSpec, log: EventLog) -> Iterator[str]:
    if len(log.tasks) != spec.tasks:
        yield f"{len(log.tasks)} tasks ended, {spec.tasks} were planned"
    failed = sum(task.failed for task in log.tasks)
    if failed:
        yield f"{failed} tasks failed"
    if any(task.task_attempt or task.stage_attempt for task in log.tasks):
        yield "some tasks were attempted more than once"
    used = {task.executor_id for task in log.tasks if not task.failed}
    wanted = min(len(spec.executor_cores), spec.tasks)
    if len(used) < wanted:
        yield f"tasks ran on {len(used)} executors, {wanted} should have had one"


def _setting_faults(spec: RunSpec, log: EventLog) -> Iterator[str]:
    asked = spark_conf(spec, "")
    for name in asked.keys() - _NOT_COMPARED:
        found = log.properties.get(name)
        if found == REDACTED and looks_secret(name, asked[name]):
            continue  # a path with "tokens" in it will do: what Spark hides cannot be compared
        if found != asked[name]:
            yield f"{name} was {found!r}, {asked[name]!r} was asked for"
    for name in _JVM_OPTIONS:
        missing = set(asked[name].split()) - set(log.properties.get(name, "").split())
        if missing:
            yield f"{name} was without {' '.join(sorted(missing))}"


def _work_faults(spec: RunSpec, result: dict[str, Any]) -> Iterator[str]:
    images, predictions, corrupt = spec.images, result["predictions"], result["corrupt_images"]
    if predictions + corrupt != images or result["id_sum"] != images * (images - 1) // 2:
        yield (
            f"{images} images went in, {predictions} predictions and {corrupt} corrupt images came out, or not one of "
            "each"
        )
    if not predictions:
        yield f"none of the {images} images could be read; the first: {'; '.join(result['corrupt_examples'])}"
    workers = _python_workers(spec)
    if result["model_loads"] > workers:
        yield f"the model was loaded {result['model_loads']} times, {workers} Python workers need it once each"
    yield from thread_faults(spec, result["wall_s"], result["cpu_s"])
