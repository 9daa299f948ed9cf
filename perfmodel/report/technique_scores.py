"""What each technique alone would score, level by level: the bars of the paper's figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from perfmodel.features import FloatArray, feature_matrix
from perfmodel.model import ScenarioModel
from perfmodel.regressor import ScenarioRegressor, level1_rows, search_folds
from perfmodel.scenarios import RATE, scenario_named
from perfmodel.scores.accuracy import accuracy_pct
from perfmodel.scores.folds import Fold
from perfmodel.search.choice import select
from perfmodel.search.techniques import TECHNIQUES, Params, convergence_ignored


class _Level(NamedTuple):
    """One level: what it learns from, and what it is tested on."""

    name: str
    X: FloatArray
    y: FloatArray
    folds: list[Fold]
    X_test: FloatArray
    y_test: FloatArray


class ScoreJob(NamedTuple):
    """A fitted model of an application on a cluster, and the runs of the fit."""

    application: str
    cluster: str
    model: ScenarioModel
    runs: pd.DataFrame
    techniques: Sequence[str] = tuple(TECHNIQUES)


def has_techniques(model: ScenarioModel) -> bool:
    """Whether the scenario chooses among techniques: those of the paper do."""
    return isinstance(model.regressor_, ScenarioRegressor)


def score(job: ScoreJob) -> pd.DataFrame:
    """`technique_scores` with the columns ``application`` and ``cluster``, for `perfmodel.fitting.spread`."""
    found = technique_scores(job.model, job.runs, job.techniques)
    found.insert(0, "application", job.application)
    found.insert(1, "cluster", job.cluster)
    return found


def technique_scores(
    model: ScenarioModel, runs: pd.DataFrame, techniques: Sequence[str] = tuple(TECHNIQUES)
) -> pd.DataFrame:
    """Search every technique's grid by itself at every level, the levels below as the model has them.

    Techniques that were no candidates because they cannot extrapolate are scored too. A level 1 is tested on the
    scaled times that it learns from; the last level by the paper's protocol.

    Parameters
    ----------
    model : ScenarioModel
        Fitted, and one that `has_techniques`.
    runs : DataFrame
        The runs of the fit, with ``completion_time_s``.
    techniques : sequence of str

    Returns
    -------
    DataFrame
        ``scenario``, ``level`` (a feature of level 1, or ``final``), ``technique``, ``accuracy_pct``, ``params`` (a
        dict), ``chosen`` (bool: the model has this one).
    """
    rows = []
    with threadpool_limits(limits=1, user_api="blas"):
        for level in [*_level1(model, runs), _final(model, runs)]:
            rows += [_row(model, level, technique) for technique in techniques]
    return pd.DataFrame(rows, columns=["scenario", "level", "technique", "accuracy_pct", "params", "chosen"])


def linear_scores(model: ScenarioModel, runs: pd.DataFrame) -> pd.DataFrame:
    """What each grid point of the techniques that can extrapolate scores at the last level, by the paper's protocol.

    Parameters
    ----------
    model : ScenarioModel
        Fitted, and one that `has_techniques`.
    runs : DataFrame
        The runs of the fit, with ``completion_time_s``.

    Returns
    -------
    DataFrame
        ``technique``, ``params``, ``accuracy_pct``.
    """
    level = _final(model, runs)
    rows = []
    for technique in (technique for technique in TECHNIQUES.values() if technique.extrapolates):
        for params in technique.grid:
            estimator: Any = technique.estimator(params, model.seed)
            with convergence_ignored():
                predicted = estimator.fit(level.X, level.y).predict(level.X_test)
            rows.append((technique.name, params, accuracy_pct(level.y_test, predicted)))
    return pd.DataFrame(rows, columns=["technique", "params", "accuracy_pct"])


def _level1(model: ScenarioModel, runs: pd.DataFrame) -> Iterator[_Level]:
    scenario = scenario_named(model.scenario)
    training = scenario.training_rows(scenario.average(runs))
    for name in model.regressor_.level1_:
        kept, scaled = level1_rows(scenario, name, training)
        X, y = feature_matrix(kept, [name]), np.asarray(scaled, dtype=np.float64)
        yield _Level(name, X, y, search_folds(kept), X, y)


def _final(model: ScenarioModel, runs: pd.DataFrame) -> _Level:
    scenario = scenario_named(model.scenario)
    averaged = scenario.average(runs)
    training, tested = scenario.training_rows(averaged), averaged[averaged[RATE] == model.test_rate_]
    X, X_test = (model.regressor_.final_inputs(rows) for rows in (training, tested))
    y, y_test = (np.asarray(rows["completion_time_s"], dtype=np.float64) for rows in (training, tested))
    return _Level("final", X, y, search_folds(training), X_test, y_test)


def _row(model: ScenarioModel, level: _Level, technique: str) -> tuple[str, str, str, float, Params, bool]:
    found = select(level.X, level.y, [technique], level.folds, model.seed)
    accuracy = accuracy_pct(level.y_test, found.estimator.predict(level.X_test))
    chosen = model.regressor_.choices_[level.name]["technique"] == technique
    return model.scenario, level.name, technique, accuracy, found.winner.params, chosen
