"""The effect of each column on completion time with everything else equal: the paper's tables 2-6."""

from __future__ import annotations

import pandas as pd

from perfmodel.evidence.causes import with_real_cores
from perfmodel.evidence.scaling import scaled_completion_time

# In the order of the paper's tables: 2, 3, 4, 5a, 5b.
EFFECT_COLUMNS = (
    "sampling_rate_pct",
    "executor_memory_gb",
    "images_per_partition",
    "executor_cores",
    "num_executors",
)


def effects(runs: pd.DataFrame, value: str = "completion_time_s") -> pd.DataFrame:
    """Smallest, mean and largest scaled time of every level of every column.

    Repeats are averaged first. A column that some runs do not state, or that has one level, has no effect to show.

    Parameters
    ----------
    runs : DataFrame
        Has `EFFECT_COLUMNS` and ``value``.
    value : str
        Time to scale, in seconds: ``completion_time_s`` (tables 2-5), or ``task_s``, the mean task time of a run
        (table 6).

    Returns
    -------
    DataFrame
        ``column``, ``level``, ``min``, ``mean``, ``max`` (no unit), ``groups`` (how many groups of runs, equal but for
        the column, show the level).
    """
    stated = [column for column in EFFECT_COLUMNS if runs[column].notna().all()]
    rows = with_real_cores(runs).groupby(stated)[value].mean().reset_index()
    tables = [_effect(rows, column, stated, value) for column in stated if rows[column].nunique() > 1]
    names = ["column", "level", "min", "mean", "max", "groups"]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=names)


def _effect(rows: pd.DataFrame, column: str, stated: list[str], value: str) -> pd.DataFrame:
    others = [other for other in stated if other != column]
    scaled = scaled_completion_time(rows, column, others, value)
    levels = rows.loc[scaled.index, column]
    table = scaled.groupby(levels).agg(["min", "mean", "max", "count"]).reset_index(names="level")
    table.insert(0, "column", column)
    return table.rename(columns={"count": "groups"})


def mean_task_seconds(tasks: pd.DataFrame) -> pd.Series[float]:
    """Mean time (s) from launch to finish of the tasks of each run that ended well, indexed by run_id."""
    good = tasks[~tasks["failed"].astype(bool)]
    seconds = (good["finish_ms"] - good["launch_ms"]) / 1000
    return seconds.groupby(good["run_id"]).mean()
