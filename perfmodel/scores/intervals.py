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


def half_width(ratios: ArrayLike, level: float, configurations: ArrayLike | None = None) -> float:
    """Half width of the interval of log completion time.

    Errors of completion times are relative, so the interval is symmetric in the logarithm and centred on the
    prediction. With enough errors it is their jackknife quantile (Barber et al., Annals of Statistics 49(1), 2021),
    which assumes no distribution: the width that ``level`` of n + 1 errors stay inside when the next one is like those
    seen, interpolated between neighbouring errors. Errors of one configuration are alike, so n counts configurations,
    each of which weighs the same (Lee, Barber & Willett, arXiv:2306.06342). With fewer than ``level / (1 - level)`` of
    them (9 for 90 %) that width would be infinite; Student's t for the root mean square of the errors stands in.

    Parameters
    ----------
    ratios : array of shape (n,)
        `log_ratios` of cases like the one that is asked about, at least one.
    level : float
        Probability that the interval should cover, in (0, 1).
    configurations : array of shape (n,) or None
        The configuration that each error is of; None where each counts by itself.
    """
    sizes = np.abs(np.asarray(ratios, dtype=float))
    labels = np.arange(len(sizes)) if configurations is None else np.asarray(configurations)
    _, own, together = np.unique(labels, return_inverse=True, return_counts=True)
    count = len(together)
    weights = 1 / (count * together[own])
    share = round(level * (count + 1) / count, 9)  # rounded: 0.9 x 10 / 9 is 1 and not a little more
    if share > 1:
        return float(student.ppf((1 + level) / 2, df=count) * np.sqrt(weights @ sizes**2))
    order = np.argsort(sizes)
    return float(np.interp(share, np.cumsum(weights[order]), sizes[order]))


def outside(rows: pd.DataFrame, ranges: Ranges) -> pd.DataFrame:
    """Whether each value lies outside the range of its column, for those that the rows have; an unknown one does not.

    Returns
    -------
    DataFrame
        Of bool, a column a range.
    """
    columns = [column for column in ranges if column in rows]
    low, high = np.array([ranges[column] for column in columns], dtype=float).reshape(-1, 2).T
    values = rows[columns].to_numpy(dtype=float)
    return pd.DataFrame((values < low) | (values > high), columns=columns)


def doublings_outside(rows: pd.DataFrame, ranges: Ranges) -> FloatArray:
    """How often one must double (or halve) to get from the profiled ranges to each row, over all columns it has.

    Returns
    -------
    array of shape (n_rows,)
        0 inside the ranges, and for a value that is unknown.
    """
    beyond = np.zeros(len(rows))
    for column, (low, high) in ranges.items():
        if column in rows:
            values = rows[column].to_numpy(dtype=float)
            beyond += np.log2(np.fmax(values / high, 1)) + np.log2(np.fmax(low / values, 1))
    return beyond
