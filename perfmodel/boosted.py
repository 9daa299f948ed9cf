"""Gradient-boosted trees on log time: what one would try without a law in mind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.utils.validation import check_is_fitted

from perfmodel.configurations import (
    OPTIONAL_COLUMNS,
    configuration_groups,
    known_columns,
    needed_columns,
    positive_times,
)
from perfmodel.features import FloatArray

SETTINGS = {"n_estimators": 100, "max_depth": 3, "learning_rate": 0.1}


class BoostedTrees(RegressorMixin, BaseEstimator):
    """scikit-learn's gradient boosting of the logarithm of completion time over the raw columns.

    Like any tree it answers beyond the profiled range what it saw at its edge.

    Parameters
    ----------
    seed : int
        Decides between splits that are equally good.

    Attributes
    ----------
    trees_ : GradientBoostingRegressor
    typical_ : dict of str to float
        The columns in use; their medians stand in where a question does not say.
    n_features_in_ : int
    """

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    def fit(self, X: pd.DataFrame, y: Sequence[float] | pd.Series[float]) -> Self:
        """Fit on runs averaged by configuration and sampling rate.

        Parameters
        ----------
        X : DataFrame
            ``num_executors, executor_cores, sampling_rate_pct``; ``executor_memory_gb`` and ``images_per_partition``
            where they are known.
        y : array-like of shape (n_rows,)
            Completion time in seconds.

        Raises
        ------
        NotEnoughRunsError
            With fewer than 2 configurations.
        """
        target = positive_times(y)
        configuration_groups(X, "the boosted trees")
        self.typical_ = {name: float(X[name].median()) for name in known_columns(X)}
        self.n_features_in_ = len(self.typical_)
        self.trees_ = GradientBoostingRegressor(**SETTINGS, random_state=self.seed)
        self.trees_.fit(self._inputs(X), np.log(target))
        return self

    def predict(self, X: pd.DataFrame) -> FloatArray:
        """Completion time in seconds, shape (n_rows,), above zero."""
        check_is_fitted(self)
        return np.asarray(np.exp(self.trees_.predict(self._inputs(X))), dtype=np.float64)

    def _inputs(self, X: pd.DataFrame) -> FloatArray:
        needed = needed_columns(X, "the boosted trees")
        optional = [self._optional(X, name) for name in OPTIONAL_COLUMNS if name in self.typical_]
        return np.column_stack([needed, *optional])

    def _optional(self, X: pd.DataFrame, name: str) -> FloatArray:
        values = X[name] if name in X else pd.Series(np.nan, index=X.index)
        return np.asarray(values.astype(float).fillna(self.typical_[name]), dtype=np.float64)
