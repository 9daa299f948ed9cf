"""Predicted against actual, of the runs that followed a recommendation."""

from __future__ import annotations

import pandas as pd

_SHOWN = ("run_id", "started_at", "num_executors", "executor_cores")
_NEEDED = ("predicted_s", "predicted_low_s", "predicted_high_s", "interval_level")


def promises(runs: pd.DataFrame) -> pd.DataFrame:
    """Hold each run that ended well and says what was predicted for it against that prediction.

    Parameters
    ----------
    runs : DataFrame
        Run-log columns; ``settings`` may have ``recommended`` (`store.eventlogs.recommended`).

    Returns
    -------
    DataFrame
        ``run_id``, ``started_at``, ``num_executors``, ``executor_cores``, ``model``, ``made_on``, ``actual_s``,
        ``predicted_s``, ``predicted_low_s``, ``predicted_high_s``, ``interval_level``, ``error_pct`` (actual minus
        predicted, of actual) and ``inside`` (bool: the interval kept its promise), the last run first.
    """
    rows = []
    followed = runs["settings"].map(lambda settings: bool((settings or {}).get("recommended"))).astype(bool)
    for _, run in runs[followed & (runs["status"] == "ok")].iterrows():
        said = run["settings"]["recommended"]
        if not all(name in said for name in _NEEDED):
            continue
        actual = float(run["completion_time_s"])
        rows.append(
            {
                **{name: run[name] for name in _SHOWN},
                "model": said.get("model", ""),
                "made_on": said.get("made_on", ""),
                "actual_s": actual,
                **{name: said[name] for name in _NEEDED},
                "error_pct": 100 * (actual - said["predicted_s"]) / actual,
                "inside": said["predicted_low_s"] <= actual <= said["predicted_high_s"],
            }
        )
    return pd.DataFrame(rows[::-1])
