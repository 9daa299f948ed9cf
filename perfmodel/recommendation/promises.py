"""Predicted against actual, of the runs that were configured from a recommendation."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

_SHOWN = ("run_id", "started_at", "num_executors", "executor_cores", "status")
_NEEDED = ("predicted_s", "predicted_low_s", "predicted_high_s", "interval_level")
# What a prediction is for. Counted images are no round share of a data set, so nearly the same is the same.
_ASKED = {
    "num_executors": "executors",
    "executor_cores": "cores an executor",
    "executor_memory_gb": "GiB of memory",
    "images_per_partition": "images per partition or step",
    "sampling_rate_pct": "% of the data",
}
_ALIKE = 0.01


def promises(runs: pd.DataFrame) -> pd.DataFrame:
    """Hold each run that says what was predicted for it against that prediction.

    Parameters
    ----------
    runs : DataFrame
        Run-log columns; ``settings`` may have ``recommended`` (`store.eventlogs.recommended`).

    Returns
    -------
    DataFrame
        ``run_id``, ``started_at``, ``num_executors``, ``executor_cores``, ``status``, ``otherwise`` (where the run was
        not as recommended, in words; empty where it was), ``model``, ``made_on``, ``actual_s``, ``predicted_s``,
        ``predicted_low_s``, ``predicted_high_s``, ``interval_level``, ``error_pct`` (actual minus predicted, of actual)
        and ``inside`` (bool: the interval kept its promise), the last run first. A run that did not end well has no
        ``actual_s`` and no ``error_pct``.
    """
    told = runs["settings"].map(lambda settings: bool((settings or {}).get("recommended"))).astype(bool)
    rows = [_row(run, run["settings"]["recommended"]) for _, run in runs[told].iterrows()]
    return pd.DataFrame([row for row in rows[::-1] if row])


def _row(run: pd.Series[Any], said: Mapping[str, Any]) -> dict[str, Any]:
    if not all(name in said for name in _NEEDED):
        return {}
    actual = float(run["completion_time_s"]) if run["status"] == "ok" else math.nan
    return {
        **{name: run[name] for name in _SHOWN},
        "otherwise": "; ".join(_differences(run, said)),
        "model": said.get("model", ""),
        "made_on": said.get("made_on", ""),
        "actual_s": actual,
        **{name: said[name] for name in _NEEDED},
        "error_pct": 100 * (actual - said["predicted_s"]) / actual,
        "inside": said["predicted_low_s"] <= actual <= said["predicted_high_s"],
    }


def _differences(run: pd.Series[Any], said: Mapping[str, Any]) -> list[str]:
    both: dict[str, tuple[Any, Any]] = {name: (run.get(name), said.get(name)) for name in _ASKED}
    return [
        f"{had:g} {_ASKED[name]}, not {wanted:g}"
        for name, (had, wanted) in both.items()
        if not (pd.isna(had) or pd.isna(wanted) or math.isclose(had, wanted, rel_tol=_ALIKE))
    ]
