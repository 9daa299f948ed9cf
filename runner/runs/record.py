"""From what happened in a run to the row that the store keeps of it."""

from __future__ import annotations

import importlib.metadata
import platform
import re
from dataclasses import dataclass
from typing import Any

from runner.clusters.conditions import describe_conditions
from runner.clusters.conf import GC
from runner.clusters.host import describe_hardware
from runner.jobs.inference import SECONDS
from runner.networks.model_file import check_unchanged
from runner.plans.plan import MIB_PER_GIB, Plan, PlannedRun
from runner.runs.execution import Execution
from runner.runs.trainings import completion_time_s, training_settings
from runner.runs.validity import find_faults, python_worker_replaced
from runner.spec import RunSpec
from store import RunRecord
from store.eventlogs.eventlog import EventLog
from store.eventlogs.failures import failure_kind, status_of

LONGEST_REASON = 500
_PYTHON_ERROR = re.compile(r"^\s*(?:[\w.]+\.)?((?!Py4J)\w*(?:Error|Exception)(?:: .+)?)$", re.MULTILINE)
_JAVA_CAUSE = re.compile(r"^(?:Caused by)?: (.+)$", re.MULTILINE)  # the innermost is the last
_COUNTED = ("predictions", "corrupt_images", "corrupt_examples", "model_loads")
_MEASURED = {"load_s": "model_load_s", "wall_s": "work_wall_s", "cpu_s": "work_cpu_s"}


@dataclass(frozen=True)
class Outcome:
    """How a run ended: ok, or not and why."""

    status: str
    completion_time_s: float | None
    failure_kind: str | None = None
    reason: str | None = None


def judge(spec: RunSpec, execution: Execution) -> Outcome:
    """Decide between a valid measurement and a failure with its kind and reason."""
    result, log = execution.result, execution.log
    reasons = [*execution.last_words, *(log.failure_reasons if log else ())]
    if not result["ok"]:
        kind = failure_kind(reasons) or result["failure_kind"] or _by_phase(spec, log)
        return Outcome(status_of(kind), None, kind, brief(*reasons, result["error"]))
    if log is None:
        return Outcome("failed", None, "infrastructure", "Spark left no readable event log")
    faults = find_faults(spec, result, log)
    if faults:
        silent = "python_killed" if python_worker_replaced(spec, result, log) else "infrastructure"
        kind = failure_kind(reasons) or silent
        return Outcome(status_of(kind), None, kind, f"not a valid measurement: {'; '.join(faults)}")
    return Outcome("ok", completion_time_s(spec, log))


def brief(*texts: str) -> str:
    """Return the one line of Spark's texts that says what happened.

    That is the innermost Python exception where a text tells of one, else the innermost cause that the first text
    tells of Java's, else its first line.
    """
    errors = [found[-1] for text in texts if (found := _PYTHON_ERROR.findall(text))]
    lines = [line for text in texts for line in [*_JAVA_CAUSE.findall(text)[-1:], *text.strip().splitlines()]]
    return str(next(iter([*errors, *lines]), "unknown"))[:LONGEST_REASON]


def make_record(
    plan: Plan, campaign: str, run: PlannedRun, spec: RunSpec, execution: Execution, outcome: Outcome, host_cpus: int
) -> RunRecord:
    """Return the run as the store keeps it, with its tasks and executors.

    Raises
    ------
    RunnerError
        When the model's file has changed meanwhile: the run may be of another network than its row would say.
    """
    if plan.application.model_file is not None and plan.application.model_sha256 is not None:
        check_unchanged(plan.application.model_file, plan.application.model_sha256)
    one, log = run.configuration, execution.log
    row = {
        "run_id": spec.run_id,
        "application": plan.application.name,
        "cluster": plan.cluster,
        "num_executors": one.num_executors,
        "executor_cores": max(spec.executor_cores),
        "total_cores": sum(spec.executor_cores),
        "executor_memory_gb": one.executor_memory_mib / MIB_PER_GIB,
        "images_per_partition": one.images_per_partition,
        "sampling_rate_pct": one.sampling_rate_pct,
        "input_images": spec.images,
        "dataset_images": plan.images,
        "completion_time_s": outcome.completion_time_s,
        "status": outcome.status,
        "failure_kind": outcome.failure_kind,
        "started_at": execution.started_at,
        "spark_version": importlib.metadata.version("pyspark"),
        "campaign": campaign,
        "repeat": run.repeat,
        "origin": "measured",
        "settings": _settings(plan, spec, execution, outcome, host_cpus),
    }
    return RunRecord(row, log.task_rows() if log else [], log.executor_rows() if log else [])


def _settings(plan: Plan, spec: RunSpec, execution: Execution, outcome: Outcome, host_cpus: int) -> dict[str, Any]:
    asked = {
        **describe_conditions(spec, host_cpus),
        "gc": GC,
        "worker_reuse": True,
        "task_cpus": spec.task_cpus,
        "input_size": plan.application.input_size,
        "batch_size": spec.batch_size,
        "tasks": spec.tasks,
        "accelerator": "gpu" if plan.training is not None and plan.training.device == "gpu" else "none",
        **(_host() if spec.master is None else {}),  # elsewhere this machine only runs the driver
        "dataset": plan.dataset,
        "seed": plan.seed,
        "python_version": platform.python_version(),
        "tensorflow_version": _tensorflow_version(),
    }
    seen = {"run_wall_s": round(execution.wall_s, 3), **_phases(execution.log, len(spec.executor_cores))}
    seen |= execution.neighbours if spec.master is None else {}
    if execution.result["ok"] and spec.training is not None:
        seen |= training_settings(spec, execution.result, execution.log)
    elif execution.result["ok"]:
        seen |= {"normalization": "folded"} | {name: execution.result[name] for name in _COUNTED}
        seen |= {_MEASURED.get(name, name): round(execution.result[name], 3) for name in SECONDS}
        # 1 when each task computed on exactly its cores all the time; Spark's own CPU time leaves Python out.
        seen["cpu_per_task_core"] = round(execution.result["cpu_s"] / (execution.result["wall_s"] * spec.task_cpus), 3)
    if plan.application.model_sha256 is not None:
        asked |= {"model_sha256": plan.application.model_sha256, "preprocessing": plan.application.preprocessing}
    return asked | seen | ({"reason": outcome.reason} if outcome.reason else {})


def _host() -> dict[str, Any]:
    hardware = describe_hardware()
    return {"host_cpu_model": hardware["cpu_model"], "host_memory_gib": hardware["memory_gib"]}


def _phases(log: EventLog | None, executors: int) -> dict[str, Any]:
    if log is None or log.app_start_ms is None or log.first_job_ms is None:
        return {}
    ready_ms = max((one.added_ms for one in log.executors.values()), default=log.first_job_ms)
    return {
        "startup_s": (log.first_job_ms - log.app_start_ms) / 1000,
        "executor_launch_s": (ready_ms - log.app_start_ms) / 1000,
        "idle_executors": executors - len({task.executor_id for task in log.tasks}),
    }


def _by_phase(spec: RunSpec, log: EventLog | None) -> str:
    up = log is not None and (log.jobs or len(log.executors) >= len(spec.executor_cores))
    return "user_code" if up else "launch"


def _tensorflow_version() -> str:
    for name in ("tensorflow-cpu", "tensorflow"):
        try:
            return importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return "unknown"
