"""Scaled completion times (section 4.2): the effect of one column, with everything else equal."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd


def scaled_completion_time(
    rows: pd.DataFrame,
    column: str,
    others: Sequence[str],
    value: str = "completion_time_s",
) -> pd.Series[float]:
    """Completion time over the largest in the group in which all else is equal.

    Groups that show fewer levels of ``column`` than the best group are left out: in a grid with holes the largest
    time of such a group belongs to another level, and its ratios would not be comparable.

    Parameters
    ----------
    rows : DataFrame
        Runs, or averages of runs; ``value`` in seconds.
    column : str
        The column whose effect is wanted.
    others : sequence of str
        Columns that must be equal inside a group, at least one.
    value : str
        Column to scale.

    Returns
    -------
    Series
        Values in (0, 1], no unit, indexed like the rows of ``rows`` that were kept.
    """
    groups = rows.groupby(list(others))
    levels = groups[column].transform("nunique")
    kept = levels == levels.max()
    scaled = rows[value] / groups[value].transform("max")
    return pd.Series(scaled[kept], dtype=float)
