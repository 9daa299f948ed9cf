"""What each technique alone would score, level by level: the bars of the paper's figures."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd
from threadpoolctl import threadpool_limits

from perfmodel.accuracy import accuracy_pct
from perfmodel.features import FloatArray, feature_matrix
from perfmodel.folds import Fold
from perfmodel.model import ScenarioModel
from perfmodel.regressor import ScenarioRegressor, level1_rows, search_folds
from perfmodel.scenarios import RATE, scenario_named
from perfmodel.search import select
from perfmodel.techniques import TECHNIQUES


class _Level(NamedTuple):
    """One level: what it learns from, and what it is tested on."""

    name: str
    X: FloatArray
    y: FloatArray
    folds: list[Fold]
    X_test: FloatArray
    y_test: FloatArray


def technique_scores(model: ScenarioModel, runs: pd.DataFrame) -> pd.DataFrame:
    """Search every technique's grid by itself at every level, the levels below as the model has them.

    Techniques that were no candidates because they cannot extrapolate are scored too. A level 1 is tested on the
    scaled times that it learns from; the last level by the paper's protocol.

    Parameters
    ----------
    model : ScenarioModel
        Fitted; of a scenario of the paper, otherwise there is nothing to choose and the result is empty.
    runs : DataFrame
        The runs of the fit, with ``completion_time_s``.

    Returns
    -------
    DataFrame
        ``scenario``, ``level`` (a feature of level 1, or ``final``), ``technique``, ``accuracy_pct``, ``params`` (a
        dict), ``chosen`` (bool: the model has this one).
    """
    rows = []
    if isinstance(model.regressor_, ScenarioRegressor):
        with threadpool_limits(limits=1, user_api="blas"):
            for level in _levels(model, model.regressor_, runs):
                rows += [_score(model, model.regressor_, level, technique) for technique in TECHNIQUES]
    return pd.DataFrame(rows, columns=["scenario", "level", "technique", "accuracy_pct", "params", "chosen"])


def _levels(model: ScenarioModel, regressor: ScenarioRegressor, runs: pd.DataFrame) -> list[_Level]:
    scenario = scenario_named(model.scenario)
    averaged = scenario.average(runs)
    training = scenario.training_rows(averaged)
    levels = []
    for name in regressor.level1_:
        kept, scaled = level1_rows(scenario, name, training)
        X, y = feature_matrix(kept, [name]), scaled.to_numpy(dtype=float)
        levels.append(_Level(name, X, y, search_folds(kept), X, y))
    tested = averaged[averaged[RATE] == model.test_rate_]
    y, y_test = (frame["completion_time_s"].to_numpy(dtype=float) for frame in (training, tested))
    X, X_test = regressor.final_inputs(training), regressor.final_inputs(tested)
    return [*levels, _Level("final", X, y, search_folds(training), X_test, y_test)]


def _score(
    model: ScenarioModel, regressor: ScenarioRegressor, level: _Level, technique: str
) -> tuple[str, str, str, float, dict[str, object], bool]:
    found = select(level.X, level.y, [technique], level.folds, model.seed)
    accuracy = accuracy_pct(level.y_test, found.estimator.predict(level.X_test))
    chosen = regressor.choices_[level.name]["technique"] == technique
    return model.scenario, level.name, technique, accuracy, found.winner.params, chosen
