"""Sampling rates as shares of one data set: a run over another one is a smaller or larger sample of it."""

from __future__ import annotations

import pandas as pd

SIZE = "dataset_images"
RATE = "sampling_rate_pct"


def usual_size(runs: pd.DataFrame) -> float | None:
    """Images of the data set that most of the runs are shares of; None where none says how many there are."""
    sizes = runs[SIZE].dropna()
    return float(sizes.mode().iloc[0]) if len(sizes) else None


def as_shares_of(runs: pd.DataFrame, size: float | None) -> pd.DataFrame:
    """``runs`` with the rates that they have of a data set of `size` images.

    A rate is a share of the run's own data set: 10 % of 2,000 photos and the whole of 200 are the same work. Runs that
    do not state their data set are taken to share the usual one.

    Parameters
    ----------
    runs : DataFrame
        Run-log columns.
    size : float or None
        Images; None leaves everything as it is.
    """
    if size is None:
        return runs
    sizes = runs[SIZE].astype("float64")
    others = sizes.notna() & sizes.ne(size)
    if not others.any():
        return runs
    images = runs["input_images"].astype("float64").fillna(sizes * runs[RATE] / 100)
    return runs.assign(**{RATE: runs[RATE].mask(others, 100 * images / size), SIZE: sizes.mask(others, size)})
