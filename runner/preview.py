"""What a plan means before it runs: for ``--dry-run``, and for a word of warning."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from runner.images import sample_size
from runner.plan import MIB_PER_GIB, Plan, PlannedRun, count_tasks


def describe_plan(plan: Plan, left: Sequence[PlannedRun]) -> list[dict[str, Any]]:
    """Return one row a planned run: what it is, how much it processes, and whether it is done already."""
    undone = set(left)
    return [_describe(plan, run) | {"done": run not in undone} for run in plan.runs]


def _describe(plan: Plan, run: PlannedRun) -> dict[str, Any]:
    one = run.configuration
    images = sample_size(plan.images, one.sampling_rate_pct)
    return {
        "num_executors": one.num_executors,
        "total_cores": one.total_cores,
        "executor_cores": one.executor_cores,
        "executor_memory_gb": one.executor_memory_mib / MIB_PER_GIB,
        "images_per_partition": one.images_per_partition,
        "sampling_rate_pct": one.sampling_rate_pct,
        "repeat": run.repeat,
        "input_images": images,
        "tasks": count_tasks(images, one.images_per_partition),
    }


def count_oversubscribed(runs: Sequence[PlannedRun], cpus: int) -> int:
    """Return how many runs ask for more cores than there are CPUs."""
    return sum(run.configuration.total_cores > cpus for run in runs)
