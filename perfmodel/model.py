"""A fitted scenario with what is known about its errors: what gets registered, and what answers questions."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import compress
from typing import Any, NamedTuple, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted
from threadpoolctl import threadpool_limits

from perfmodel.errors import NotEnoughRunsError
from perfmodel.evidence.causes import SPLIT_IMAGES, causes, with_real_cores
from perfmodel.features import FloatArray
from perfmodel.membership import are_among
from perfmodel.regressor import DEFAULT_TECHNIQUES
from perfmodel.regressors import regressor_for
from perfmodel.scenarios import FULL, GROUP_COLUMNS, RATE, Scenario, scenario_named
from perfmodel.scores import accuracy, intervals

RANGE_COLUMNS = (
    "num_executors",
    "executor_cores",
    "total_cores",
    "executor_memory_gb",
    "images_per_partition",
    RATE,
)
IMAGES = "images_per_partition"
FORMAT = 3  # of the learned state; to be raised when artefacts that were saved before can no longer answer
LEVEL = 0.9


class Foresight(NamedTuple):
    """What a model says of each question.

    Attributes
    ----------
    predicted_s, low_s, high_s : array of shape (n_rows,)
        Completion time and its interval in seconds; NaN where there is no answer.
    outside : DataFrame
        Whether each question lies outside the profiled range, a column of bool a range.
    """

    predicted_s: FloatArray
    low_s: FloatArray
    high_s: FloatArray
    outside: pd.DataFrame


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
        Median of the profiled images per partition, one of them: what a question that does not say means.
    profiled_ : dict of str to array
        Columns of the questions that count as `profiled`.
    accuracy_ : dict of str to float
        Accuracy in percent by protocol; a protocol that these runs do not allow is absent.
    test_rate_ : float
        Sampling rate (percent) of the accuracies: the whole data set where it was run, else the largest rate.
    held_out_ : dict of str to array
        Columns of what `perfmodel.scores.accuracy.leave_one_configuration_out` returned.
    seen_errors_, unseen_errors_ : array
        Log ratios actual over predicted at ``test_rate_``, of the runs and of what was held out.
    unseen_configurations_ : array of int
        The configuration that each held-out error is of, as a number.
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
            Run-log columns: ``num_executors, executor_cores, executor_memory_gb, sampling_rate_pct``; where they are
            known ``images_per_partition``, ``total_cores``, ``memory_regime`` and ``split_images``.
        y : array-like of shape (n_runs,)
            Completion time in seconds.

        Raises
        ------
        NotEnoughRunsError
            Where the runs cannot support the scenario.
        """
        runs = X.assign(completion_time_s=np.asarray(y, dtype=float))
        self.n_features_in_ = X.shape[1]
        self.format_ = FORMAT
        with threadpool_limits(limits=1, user_api="blas"):
            self._fit_and_score(runs)
        return self

    def _fit_and_score(self, runs: pd.DataFrame) -> None:
        scenario = scenario_named(self.scenario)
        runs = causes(runs, scenario.columns)
        averaged = scenario.average(runs)
        training = scenario.training_rows(averaged)
        target = training["completion_time_s"]
        started = time.perf_counter()
        self.regressor_ = regressor_for(scenario, self.techniques, self.seed).fit(training, target)
        self.tuning_s_ = time.perf_counter() - started
        self.training_s_ = float(target.sum())
        stated = [column for column in RANGE_COLUMNS if column in runs and runs[column].notna().all()]
        self.ranges_ = {column: (float(runs[column].min()), float(runs[column].max())) for column in stated}
        self.usual_images_ = float(runs[IMAGES].quantile(interpolation="lower")) if IMAGES in stated else None
        profiled = _profiled_rows(scenario, training, averaged)
        self.profiled_ = {column: profiled[column].to_numpy(dtype=float) for column in profiled}
        self._score(runs, averaged)

    def _score(self, runs: pd.DataFrame, averaged: pd.DataFrame) -> None:
        rates = averaged.loc[scenario_named(self.scenario).answers_for(averaged[RATE]), RATE]
        # Beyond the data set there may be a single run: accuracy is not judged by that.
        self.test_rate_ = rate = FULL if rates.eq(FULL).any() else float(rates.max())
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
        self.unseen_configurations_ = held_out.groupby(GROUP_COLUMNS).ngroup().to_numpy()
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
        return self._predicted(self._asked(X))

    def predict_interval(self, X: pd.DataFrame, level: float = LEVEL) -> tuple[FloatArray, FloatArray]:
        """Bounds in seconds, each of shape (n_rows,), that cover the completion time with probability ``level``.

        What was profiled is judged by the errors on the runs, any other configuration, memory, partition size or data
        size by the errors on held-out configurations. Each doubling beyond a profiled range adds the width once more.

        Raises
        ------
        NotEnoughRunsError
            When no configuration could be held out.
        """
        seen = self.foresee(X, level)
        return seen.low_s, seen.high_s

    def foresee(self, X: pd.DataFrame, level: float = LEVEL) -> Foresight:
        """All that there is to say of each question; `predict` and `predict_interval` are parts of it."""
        check_is_fitted(self)
        asked = self._asked(X)
        predicted = self._predicted(asked)
        seen = intervals.half_width(self.seen_errors_, level)
        unseen = max(seen, self._unseen_half_width(level))
        half = np.where(self._profiled(asked), seen, unseen)
        half = half * (1 + intervals.doublings_outside(asked, self.ranges_))
        return Foresight(
            predicted, predicted * np.exp(-half), predicted * np.exp(half), intervals.outside(asked, self.ranges_)
        )

    def profiled(self, X: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Whether runs like each question taught the scenario: its configuration, as the scenario sees it, and rate."""
        return self._profiled(self._asked(X))

    def outside(self, X: pd.DataFrame) -> list[list[str]]:
        """For each row, the columns whose value lies outside the profiled range."""
        return outside_columns(intervals.outside(self._asked(X), self.ranges_))

    def _predicted(self, asked: pd.DataFrame) -> FloatArray:
        predicted = self.regressor_.predict(asked)
        return np.where(self.answers(asked) & (predicted > 0), predicted, np.nan)

    def _profiled(self, asked: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.bool_]]:
        if not self.profiled_.keys() <= set(asked.columns):
            return np.zeros(len(asked), dtype=bool)
        return are_among(*([rows[column] for column in self.profiled_] for rows in (asked, self.profiled_)))

    def _unseen_half_width(self, level: float) -> float:
        if len(self.unseen_errors_) == 0:
            raise NotEnoughRunsError(
                f"scenario {self.scenario} cannot say how sure it is: no configuration could be held out; "
                "profile at least 3 configurations"
            )
        return intervals.half_width(self.unseen_errors_, level, self.unseen_configurations_)

    def _asked(self, X: pd.DataFrame) -> pd.DataFrame:
        """The questions with real cores, and the usual images per partition where they do not say."""
        rows = with_real_cores(X)
        if self.usual_images_ is None:
            return rows
        images = rows[IMAGES].fillna(self.usual_images_) if IMAGES in rows else self.usual_images_
        return rows.assign(**{IMAGES: images})


def outside_columns(outside: pd.DataFrame) -> list[list[str]]:
    """The columns of each row that lie outside: those that are true."""
    return [list(compress(outside.columns, row)) for row in outside.to_numpy()]


def _profiled_rows(scenario: Scenario, training: pd.DataFrame, averaged: pd.DataFrame) -> pd.DataFrame:
    """The rows that the errors on runs speak for: those of the training.

    A scenario that learns from samples is never trained on the data size that it is tested on. Its errors speak for the
    configurations of the training at each sampling rate that was run.
    """
    seen = training.drop(columns=["completion_time_s", SPLIT_IMAGES], errors="ignore")  # the rate says how much
    if not scenario.extrapolates:
        return seen
    return seen.drop(columns=RATE).drop_duplicates().merge(averaged[[RATE]].drop_duplicates(), how="cross")
