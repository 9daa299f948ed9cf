"""Ernest: the law of Venkataraman et al., the paper's related work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from scipy.optimize import nnls
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted

from perfmodel.configurations import SHORTEST_S, configuration_groups, needed_columns, positive_times
from perfmodel.features import FloatArray

TERMS = ("1", "size/machines", "log(machines)", "machines")


class Ernest(RegressorMixin, BaseEstimator):
    """Non-negative least squares on ``1, size / machines, log(machines), machines``.

    Venkataraman S. et al. "Ernest: Efficient Performance Prediction for Large-Scale Advanced Analytics". NSDI 2016.

    Parameters
    ----------
    machines : {"cores", "executors"}
        What counts as a machine. All cores by default: the authors' own published example has cores there, and with
        executors alone the law could not see how large they are.

    Attributes
    ----------
    coefficients_ : dict of str to float
        By term, in seconds; size is the share of the data set, 1 for all of it.
    n_features_in_ : int
    """

    def __init__(self, machines: Literal["cores", "executors"] = "cores") -> None:
        self.machines = machines

    def fit(self, X: pd.DataFrame, y: Sequence[float] | pd.Series[float]) -> Self:
        """Fit on runs averaged by configuration and sampling rate.

        Parameters
        ----------
        X : DataFrame
            ``num_executors, executor_cores, sampling_rate_pct``.
        y : array-like of shape (n_rows,)
            Completion time in seconds.

        Raises
        ------
        NotEnoughRunsError
            With fewer than 2 configurations.
        """
        target = positive_times(y)
        configuration_groups(X, "Ernest")
        found: Any = nnls(self._terms(X), target)
        self.n_features_in_ = 3
        self.coefficients_ = dict(zip(TERMS, found[0].tolist(), strict=True))
        return self

    def predict(self, X: pd.DataFrame) -> FloatArray:
        """Completion time in seconds, shape (n_rows,), above zero."""
        check_is_fitted(self)
        seconds = self._terms(X) @ np.array([self.coefficients_[name] for name in TERMS])
        return np.asarray(np.maximum(seconds, SHORTEST_S), dtype=np.float64)

    def _terms(self, X: pd.DataFrame) -> FloatArray:
        executors, cores, rate = needed_columns(X, "Ernest").T
        machines = executors * cores if self.machines == "cores" else executors
        return np.column_stack([np.ones_like(machines), rate / 100 / machines, np.log(machines), machines])
