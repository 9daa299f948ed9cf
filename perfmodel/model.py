"""A fitted scenario with what is known about its errors: what gets registered, and what answers questions."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import compress
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted
from threadpoolctl import threadpool_limits

from perfmodel import accuracy, intervals
from perfmodel.errors import NotEnoughRunsError
from perfmodel.features import FloatArray
from perfmodel.regressor import DEFAULT_TECHNIQUES
from perfmodel.regressors import regressor_for
from perfmodel.scenarios import RATE, scenario_named

RANGE_COLUMNS = (
    "num_executors",
    "executor_cores",
    "total_cores",
    "executor_memory_gb",
    "images_per_partition",
    RATE,
)
IMAGES = "images_per_partition"
FORMAT = 2  # of the learned state; to be raised when artefacts that were saved before can no longer answer
LEVEL = 0.9


class ScenarioModel(RegressorMixin, BaseEstimator):
    """A scenario fitted on runs, with both accuracies, intervals and the profiled range.

    Parameters
    ----------
    scenario : str
        Name in `perfmodel.scenarios.SCENARIOS`.
    techniques : sequence of str
        Candidates at each level.
    seed : int
        Random state of the techniques that draw.

    Attributes
    ----------
    format_ : int
        `FORMAT` when it was fitted.
    regressor_ : estimator
        As `perfmodel.regressors.regressor_for` makes it, fitted on averaged rows.
    ranges_ : dict of str to (float, float)
        Smallest and largest profiled value of each of `RANGE_COLUMNS` that all runs state.
    usual_images_ : float or None
        Median of the profiled images per partition: what a question that does not say means.
    configurations_ : list of tuple
        Profiled configurations, as the scenario sees them.
    accuracy_ : dict of str to float
        Accuracy in percent by protocol; a protocol that these runs do not allow is absent.
    test_rate_ : float
        Sampling rate (percent) of the accuracies: the largest that the runs have and the scenario answers for.
    held_out_ : dict of str to array
        Columns of what `perfmodel.accuracy.leave_one_configuration_out` returned.
    seen_errors_, unseen_errors_ : array
        Log ratios actual over predicted, for runs of profiled configurations and for held-out configurations.
    training_s_ : float
        t1: the time (s) that collecting the training rows takes, one run each (the paper's definition).
    tuning_s_ : float
        t2: the time (s) that tuning and training took; scoring is not part of it.
    """

    def __init__(self, scenario: str = "4-2", techniques: Sequence[str] = DEFAULT_TECHNIQUES, seed: int = 0) -> None:
        self.scenario = scenario
        self.techniques = techniques
        self.seed = seed

    def fit(self, X: pd.DataFrame, y: Sequence[float] | pd.Series[float]) -> Self:
        """Fit on runs, one row each. BLAS is held at one thread: on matrices this small more of them only wait.

        Parameters
        ----------
        X : DataFrame
            Run-log columns: ``num_executors, executor_cores, executor_memory_gb, sampling_rate_pct``.
        y : array-like of shape (n_runs,)
            Completion time in seconds.

        Raises
        ------
        NotEnoughRunsError
            Where the runs cannot support the scenario.
        """
        runs = _with_total_cores(X).assign(completion_time_s=np.asarray(y, dtype=float))
        self.n_features_in_ = X.shape[1]
        self.format_ = FORMAT
        with threadpool_limits(limits=1, user_api="blas"):
            self._fit_and_score(runs)
        return self

    def _fit_and_score(self, runs: pd.DataFrame) -> None:
        scenario = scenario_named(self.scenario)
        averaged = scenario.average(runs)
        training = scenario.training_rows(averaged)
        target = training["completion_time_s"]
        started = time.perf_counter()
        self.regressor_ = regressor_for(scenario, self.techniques, self.seed).fit(training, target)
        self.tuning_s_ = time.perf_counter() - started
        self.training_s_ = float(target.sum())
        stated = [column for column in RANGE_COLUMNS if column in runs and runs[column].notna().all()]
        self.ranges_ = {column: (float(runs[column].min()), float(runs[column].max())) for column in stated}
        self.usual_images_ = float(runs[IMAGES].median()) if IMAGES in stated else None
        columns = scenario.configuration_columns
        self.configurations_ = sorted(training[columns].drop_duplicates().itertuples(index=False, name=None))
        self._score(runs, averaged)

    def _score(self, runs: pd.DataFrame, averaged: pd.DataFrame) -> None:
        rate = float(averaged.loc[scenario_named(self.scenario).answers_for(averaged[RATE]), RATE].max())
        self.test_rate_ = rate
        tested = averaged[averaged[RATE] == rate]
        self.accuracy_: dict[str, float] = {
            accuracy.PAPER: accuracy.accuracy_pct(tested["completion_time_s"], self.regressor_.predict(tested))
        }
        held_out = accuracy.leave_one_configuration_out(self.scenario, averaged, self.techniques, self.seed)
        self.held_out_ = {column: held_out[column].to_numpy(dtype=float) for column in held_out}
        held_out = held_out[held_out[RATE] == rate]
        at_rate = runs[runs[RATE] == rate]
        self.seen_errors_ = intervals.log_ratios(at_rate["completion_time_s"], self.regressor_.predict(at_rate))
        self.unseen_errors_ = intervals.log_ratios(held_out["actual_s"], held_out["predicted_s"])
        if len(held_out):
            self.accuracy_[accuracy.HELD_OUT] = accuracy.accuracy_pct(held_out["actual_s"], held_out["predicted_s"])

    def answers(self, X: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Whether the scenario applies to each row: one trained on the whole data set answers for that only."""
        return scenario_named(self.scenario).answers_for(X[RATE]).to_numpy(dtype=bool)

    def predict(self, X: pd.DataFrame) -> FloatArray:
        """Completion time in seconds, shape (n_rows,); NaN where the scenario has no answer.

        It has none where it does not apply (see `answers`), and where its law falls to zero or below.
        """
        check_is_fitted(self)
        predicted = self.regressor_.predict(self._completed(X))
        return np.where(self.answers(X) & (predicted > 0), predicted, np.nan)

    def predict_interval(self, X: pd.DataFrame, level: float = LEVEL) -> tuple[FloatArray, FloatArray]:
        """Bounds in seconds, each of shape (n_rows,), that cover the completion time with probability ``level``.

        A profiled configuration is judged by the errors on runs of profiled configurations, any other by the errors
        on held-out configurations. Each doubling beyond the profiled range adds the width once more.
        """
        predicted = self.predict(X)
        seen = intervals.half_width(self.seen_errors_, level)
        unseen = max(seen, intervals.half_width(self._unseen_or_seen(), level))
        half = np.where(self._is_profiled(X), seen, unseen)
        half = half * (1 + intervals.doublings_outside(self._range_rows(X), self._feature_ranges()))
        return predicted * np.exp(-half), predicted * np.exp(half)

    def outside(self, X: pd.DataFrame) -> list[list[str]]:
        """For each row, the columns whose value lies outside the profiled range."""
        rows = self._range_rows(X)
        beyond = [~rows[column].between(*self.ranges_[str(column)]).to_numpy(dtype=bool) for column in rows]
        return [list(compress(rows.columns, row)) for row in zip(*beyond, strict=True)]

    def _unseen_or_seen(self) -> FloatArray:
        if len(self.unseen_errors_) == 0:
            raise NotEnoughRunsError(
                f"scenario {self.scenario} cannot say how sure it is: no configuration could be held out; "
                "profile at least 3 configurations"
            )
        return self.unseen_errors_

    def _is_profiled(self, X: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.bool_]]:
        columns = scenario_named(self.scenario).configuration_columns
        asked = self._completed(X)[columns].itertuples(index=False, name=None)
        profiled = set(self.configurations_)
        return np.array([row in profiled for row in asked], dtype=bool)

    def _completed(self, X: pd.DataFrame) -> pd.DataFrame:
        if self.usual_images_ is None:
            return X
        return X.assign(**{IMAGES: X[IMAGES].fillna(self.usual_images_) if IMAGES in X else self.usual_images_})

    def _range_rows(self, X: pd.DataFrame) -> pd.DataFrame:
        rows = _with_total_cores(self._completed(X))
        return rows[[column for column in self.ranges_ if column in rows]]

    def _feature_ranges(self) -> dict[str, tuple[float, float]]:
        columns = [*scenario_named(self.scenario).columns, "total_cores"]
        return {column: self.ranges_[column] for column in columns}


def _with_total_cores(X: pd.DataFrame) -> pd.DataFrame:
    return X.assign(total_cores=X["num_executors"] * X["executor_cores"])
