"""The fewest runs that answer: of a grid, those that determine scenario 5's law (decision 11: a door to perfmodel)."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from runner.plans.plan import MIB_PER_GIB, Configuration, PlannedRun


def fewest_runs(runs: Sequence[PlannedRun]) -> tuple[PlannedRun, ...]:
    """Return the runs, in their order, whose configurations perfmodel's design chooses."""
    # Here, because planning must not wait for scikit-learn unless somebody asks for a design.
    from perfmodel.design import fewest

    configurations = sorted({run.configuration for run in runs})
    chosen = {configurations[position] for position in fewest(_frame(configurations))}
    return tuple(run for run in runs if run.configuration in chosen)


def explain_runs(runs: Sequence[PlannedRun]) -> dict[Configuration, str]:
    """Say what each configuration of a design is for."""
    from perfmodel.design import reasons

    configurations = sorted({run.configuration for run in runs})
    return dict(zip(configurations, reasons(_frame(configurations)), strict=True))


def _frame(configurations: Sequence[Configuration]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "num_executors": one.num_executors,
            "executor_cores": max(one.executor_cores),
            "executor_memory_gb": one.executor_memory_mib / MIB_PER_GIB,
            "images_per_partition": one.images_per_partition,
            "sampling_rate_pct": one.sampling_rate_pct,
        }
        for one in configurations
    )
