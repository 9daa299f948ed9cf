"""Where the science meets the store: fit on its runs, register, load, answer."""

from __future__ import annotations

from perfmodel.catalog.champions import Champion, champion_of, champions, has_models, training_runs
from perfmodel.catalog.demo_runs import add_demo_runs
from perfmodel.catalog.registration import FIRST_SCENARIOS, FitOutcome, fit, fit_pairs
from perfmodel.catalog.runs import pairs, runs_to_learn_from, usable_runs, with_task_seconds

__all__ = [
    "FIRST_SCENARIOS",
    "Champion",
    "FitOutcome",
    "add_demo_runs",
    "champion_of",
    "champions",
    "fit",
    "fit_pairs",
    "has_models",
    "pairs",
    "runs_to_learn_from",
    "training_runs",
    "usable_runs",
    "with_task_seconds",
]
