"""What a two-level scenario learned, level by level, as curves beside the points that it learned from."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from perfmodel.features import FEATURES, feature_matrix
from perfmodel.model import ScenarioModel
from perfmodel.regressor import ScenarioRegressor, level1_rows
from perfmodel.scenarios import FULL, RATE, scenario_named

STEPS = 60


class Curve(NamedTuple):
    """One fitted curve.

    Attributes
    ----------
    level : str
        The feature of level 1, or ``final``.
    technique : str
        What was chosen for it.
    column : str
        What ``x`` is: a run-log column, or ``product`` of the level-1 predictions.
    line, points : DataFrame
        ``x`` and ``y``: scaled completion time (no unit) at level 1, completion time (s) at the last level.
    """

    level: str
    technique: str
    column: str
    line: pd.DataFrame
    points: pd.DataFrame


def curves(model: ScenarioModel, runs: pd.DataFrame) -> list[Curve]:
    """The curves of each level-1 feature, and of level 2 where it sees one number: the product.

    Parameters
    ----------
    model : ScenarioModel
        Fitted.
    runs : DataFrame
        The runs of the fit, with ``completion_time_s``.

    Returns
    -------
    list of Curve
        Empty for a scenario without levels.
    """
    regressor = model.regressor_
    if not isinstance(regressor, ScenarioRegressor) or not regressor.level1_:
        return []
    scenario = scenario_named(model.scenario)
    training = scenario.training_rows(scenario.average(runs))
    found = [_level1(model, name, training) for name in regressor.level1_]
    return [*found, *([_level2(model, training)] if scenario.combine == "product" else [])]


def _level1(model: ScenarioModel, name: str, training: pd.DataFrame) -> Curve:
    column = FEATURES[name].column
    kept, scaled = level1_rows(scenario_named(model.scenario), name, training)
    low, high = float(kept[column].min()), float(kept[column].max())
    x = np.linspace(low, max(high, FULL) if column == RATE else high, STEPS)
    y = model.regressor_.level1_[name].predict(feature_matrix(pd.DataFrame({column: x}), [name]))
    points = pd.DataFrame({"x": kept[column].to_numpy(dtype=float), "y": scaled.to_numpy()})
    technique = model.regressor_.choices_[name]["technique"]
    return Curve(name, technique, column, pd.DataFrame({"x": x, "y": y}), points)


def _level2(model: ScenarioModel, training: pd.DataFrame) -> Curve:
    product = model.regressor_.final_inputs(training)[:, 0]
    x = np.linspace(0.0, float(max(product.max(), 1.0)), STEPS)
    line = pd.DataFrame({"x": x, "y": model.regressor_.final_.predict(x[:, None])})
    points = pd.DataFrame({"x": product, "y": training["completion_time_s"].to_numpy()})
    return Curve("final", model.regressor_.choices_["final"]["technique"], "product", line, points)
