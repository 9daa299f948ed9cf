"""Where the science meets the store: fit on its runs, register, load, answer."""

from __future__ import annotations

from perfmodel.catalog.champions import Champion, champions, has_models
from perfmodel.catalog.demo_runs import add_demo_runs
from perfmodel.catalog.registration import FIRST_SCENARIOS, FitOutcome, fit, fit_pairs
from perfmodel.catalog.runs import pairs, usable_runs, with_task_seconds

__all__ = [
    "FIRST_SCENARIOS",
    "Champion",
    "FitOutcome",
    "add_demo_runs",
    "champions",
    "fit",
    "fit_pairs",
    "has_models",
    "pairs",
    "usable_runs",
    "with_task_seconds",
]
