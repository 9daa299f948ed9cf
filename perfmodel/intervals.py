"""Prediction intervals from what a model got wrong on configurations that it had not seen (a jackknife)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.stats import t as student

from perfmodel.features import FloatArray

Ranges = Mapping[str, tuple[float, float]]


def log_ratios(actual: ArrayLike, predicted: ArrayLike) -> FloatArray:
    """``log(actual / predicted)``; a prediction at or below zero counts as 100 times too small."""
    actual, predicted = np.asarray(actual, dtype=float), np.asarray(predicted, dtype=float)
    return np.asarray(np.log(actual / np.maximum(predicted, actual / 100)), dtype=np.float64)


def half_width(ratios: ArrayLike, level: float) -> float:
    """Half width of the interval of log completion time.

    Errors of completion times are relative, so the interval is symmetric in the logarithm and centred on the
    prediction. With enough errors it is their jackknife quantile (Barber et al., Annals of Statistics 49(1), 2021),
    which assumes no distribution: the width that ``level`` of n + 1 errors stay inside when the next one is like those
    seen, interpolated between neighbouring errors. With fewer than ``level / (1 - level)`` errors (9 for 90 %) that
    width would be infinite; Student's t for their root mean square stands in.

    Parameters
    ----------
    ratios : array of shape (n,)
        `log_ratios` of cases like the one that is asked about, at least one.
    level : float
        Probability that the interval should cover, in (0, 1).
    """
    sizes = np.sort(np.abs(np.asarray(ratios, dtype=float)))
    rank = round(level * (len(sizes) + 1), 9)  # rounded: 0.9 x 10 is 9 and not a little more
    if rank <= len(sizes):
        return float(np.interp(rank, np.arange(1, len(sizes) + 1), sizes))
    return float(student.ppf((1 + level) / 2, df=len(sizes)) * np.sqrt(np.mean(sizes**2)))


def doublings_outside(rows: pd.DataFrame, ranges: Ranges) -> FloatArray:
    """How often one must double (or halve) to get from the profiled range to each row, over all columns.

    Returns
    -------
    array of shape (n_rows,)
        0 inside the range.
    """
    beyond = np.zeros(len(rows))
    for column, (low, high) in ranges.items():
        values = rows[column].to_numpy(dtype=float)
        beyond += np.log2(np.maximum(values / high, 1)) + np.log2(np.maximum(low / values, 1))
    return beyond
