"""One scenario of the paper as a scikit-learn estimator over averaged runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted

from perfmodel.errors import CannotPredictError
from perfmodel.evidence.scaling import scaled_completion_time
from perfmodel.features import FEATURES, FloatArray, feature_matrix
from perfmodel.scenarios import GROUP_COLUMNS, RATE, Scenario, scenario_named
from perfmodel.scores.folds import Fold, leave_one_group_out, leave_one_out
from perfmodel.search.choice import select
from perfmodel.search.techniques import technique_named

DEFAULT_TECHNIQUES = ("lasso", "ridge", "random_forest")
MOST_SINGLE_ROWS = 100  # with more rows the search holds out whole configurations (scenario 1 has 840)


def search_folds(rows: pd.DataFrame) -> list[Fold]:
    """What the search holds out of averaged rows: each row, or each configuration where there are too many rows."""
    if len(rows) <= MOST_SINGLE_ROWS:
        return leave_one_out(len(rows))
    return leave_one_group_out(rows[GROUP_COLUMNS])


def level1_rows(scenario: Scenario, name: str, rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series[float]]:
    """The averaged rows that show the effect of a feature, and their scaled completion times (no unit)."""
    column = FEATURES[name].column
    others = [other for other in scenario.columns if other != column]
    scaled = scaled_completion_time(rows, column, others)
    return rows.loc[scaled.index], scaled


class ScenarioRegressor(RegressorMixin, BaseEstimator):
    """Predict completion time as a scenario of table 8 does.

    One level: the best technique on the scenario's features. Two levels: at level 1 the best technique a feature
    predicts the completion time scaled by the largest in its group; at level 2 the best technique predicts completion
    time from the level-1 predictions or from their product.

    Parameters
    ----------
    scenario : str
        Name in `perfmodel.scenarios.SCENARIOS`.
    techniques : sequence of str
        Candidates; where the scenario extrapolates, those that cannot are left out (see docs/decisions/0004).
    seed : int
        Random state of the techniques that draw.

    Attributes
    ----------
    level1_ : dict of str to estimator
        One a feature; empty for one-level scenarios.
    final_ : estimator
        Predicts seconds.
    choices_ : dict of str to dict
        Winning technique, parameters and held-out mean squared error of each level-1 feature and of ``final``.
    folds_ : str
        What the search held out: single rows, or whole configurations where there are too many rows.
    n_features_in_ : int
        Number of run-log columns that predict reads.
    """

    def __init__(self, scenario: str = "4-2", techniques: Sequence[str] = DEFAULT_TECHNIQUES, seed: int = 0) -> None:
        self.scenario = scenario
        self.techniques = techniques
        self.seed = seed

    def fit(self, X: pd.DataFrame, y: Sequence[float] | pd.Series[float]) -> Self:
        """Fit on averaged runs.

        Parameters
        ----------
        X : DataFrame
            Has the scenario's run-log columns.
        y : array-like of shape (n_rows,)
            Completion time in seconds.
        """
        scenario = scenario_named(self.scenario)
        rows = X[scenario.columns].reset_index(drop=True)
        rows["completion_time_s"] = np.asarray(y, dtype=np.float64)
        self.n_features_in_ = len(scenario.columns)
        self.level1_: dict[str, Any] = {}
        self.choices_: dict[str, dict[str, Any]] = {}
        self.folds_ = "single rows" if len(rows) <= MOST_SINGLE_ROWS else "whole configurations"
        if scenario.combine != "features":
            for name in scenario.features:
                self.level1_[name] = self._fit_level1(scenario, name, rows)
        inputs = self.final_inputs(rows)
        self.final_ = self._choose("final", inputs, rows["completion_time_s"], rows, scenario.extrapolates)
        return self

    def predict(self, X: pd.DataFrame) -> FloatArray:
        """Completion time in seconds, shape (n_rows,)."""
        check_is_fitted(self)
        scenario = scenario_named(self.scenario)
        missing = [column for column in scenario.columns if column not in X.columns]
        if missing:
            raise CannotPredictError(
                f"scenario {scenario.name} needs the columns {', '.join(missing)}; add them to the input"
            )
        return np.asarray(self.final_.predict(self.final_inputs(X)), dtype=np.float64)

    def _fit_level1(self, scenario: Scenario, name: str, rows: pd.DataFrame) -> Any:
        kept, scaled = level1_rows(scenario, name, rows)
        must_extrapolate = scenario.extrapolates and FEATURES[name].column == RATE
        return self._choose(name, feature_matrix(kept, [name]), scaled, kept, must_extrapolate)

    def _choose(
        self, label: str, X: FloatArray, y: pd.Series[float], rows: pd.DataFrame, must_extrapolate: bool
    ) -> Any:
        names = [t for t in self.techniques if not must_extrapolate or technique_named(t).extrapolates]
        if not names:
            raise CannotPredictError(
                f"scenario {self.scenario} is asked beyond the data sizes it learns from, and none of "
                f"{', '.join(self.techniques)} can extrapolate; add lasso or ridge"
            )
        selection = select(X, np.asarray(y, dtype=np.float64), names, search_folds(rows), self.seed)
        winner = selection.winner
        self.choices_[label] = {"technique": winner.technique, "params": winner.params, "mse": winner.mse}
        return selection.estimator

    def final_inputs(self, rows: pd.DataFrame) -> FloatArray:
        """What the last level sees of averaged rows: the features, the level-1 predictions, or their product."""
        scenario = scenario_named(self.scenario)
        if not self.level1_:
            return feature_matrix(rows, scenario.features)
        factors = [m.predict(feature_matrix(rows, [name])) for name, m in self.level1_.items()]
        return np.multiply.reduce(factors)[:, None] if scenario.combine == "product" else np.column_stack(factors)
