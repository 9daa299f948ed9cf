"""What a plan means before it runs: for ``--dry-run``, and for a word of warning."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd

from runner.campaigns.course import Course
from runner.clusters.host import visible_memory_mib
from runner.inputs.images import sample_size
from runner.plans.expected import Expectation
from runner.plans.plan import MIB_PER_GIB, Configuration, Plan, PlannedRun, count_tasks
from store.cli import print_frame
from store.durations import duration


def preview(
    campaign: str, plan: Plan, course: Course, expected: Expectation, reasons: Mapping[Configuration, str]
) -> dict[str, Any]:
    """Return what ``--dry-run`` says, for scripts.

    Parameters
    ----------
    campaign : str
    plan : Plan
    course : Course
    expected : Expectation
    reasons : mapping
        What configurations are for, where the plan is a design; else empty.

    Returns
    -------
    dict
        ``campaign``; ``planned``, ``already_done``, ``skipped`` and ``left`` runs; ``expected_s`` for all that are left
        (None when no model can say) and ``expected_by``; ``beyond_this_machine``, those of them that need more memory
        than there is; ``runs``: one a run, skipped ones at the end, each with
        ``done``, ``expected_s``, ``skipped`` (why, or empty) and ``why`` (what it is for, or empty).
    """
    left = set(course.left)
    rows = [
        _describe(plan, run) | {"done": run not in left, "expected_s": expected.seconds.get(run), "skipped": ""}
        for run in course.agenda.runs
    ]
    rows += [
        _describe(plan, one.run) | {"done": False, "expected_s": None, "skipped": one.reason}
        for one in course.agenda.skipped
    ]
    in_order = [*course.agenda.runs, *(one.run for one in course.agenda.skipped)]
    rows = [row | {"why": reasons.get(run.configuration, "")} for row, run in zip(rows, in_order, strict=True)]
    return {
        "campaign": campaign,
        "planned": course.standing.total,
        "already_done": course.standing.done,
        "skipped": len(course.agenda.skipped),
        "left": len(left),
        "expected_s": sum(expected.seconds[run] for run in left) if expected.seconds else None,
        "expected_by": expected.source,
        "beyond_this_machine": _count_beyond(plan, left),
        "runs": rows,
    }


def print_preview(content: dict[str, Any]) -> None:
    """Print what `preview` returned, for people."""
    runs = pd.DataFrame(content["runs"])
    runs["executor_cores"] = runs["executor_cores"].map(lambda cores: "+".join(map(str, cores)))
    runs["expected_s"] = runs["expected_s"].map(lambda seconds: "" if pd.isna(seconds) else f"{seconds:.0f}")
    print_frame(runs.drop(columns=[name for name in ("skipped", "why") if not runs[name].any()]))
    if content["expected_s"] is None:
        print(f"no expected time: {content['expected_by']}")
    else:
        time = duration(content["expected_s"])
        print(f"expected time of the {content['left']} runs that are left: {time} ({content['expected_by']})")
    if content["beyond_this_machine"]:
        print(f"{content['beyond_this_machine']} of the runs need more memory than this machine has")
    for name, value in sorted(content.get("spark_conf", {}).items()):
        print(f"{name}={value}")
    skipped = f", {content['skipped']} skipped" if content["skipped"] else ""
    print(
        f"campaign {content['campaign']}: {content['planned']} runs planned, {content['already_done']} already done"
        f"{skipped}"
    )


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


def _count_beyond(plan: Plan, left: Collection[PlannedRun]) -> int:
    return sum(_memory_mib(run) > visible_memory_mib() for run in left) if plan.target.is_private else 0


def _memory_mib(run: PlannedRun) -> int:
    return run.configuration.num_executors * run.configuration.executor_memory_mib


def count_oversubscribed(runs: Sequence[PlannedRun], cpus: int) -> int:
    """Return how many runs ask for more cores than there are CPUs."""
    return sum(run.configuration.total_cores > cpus for run in runs)
