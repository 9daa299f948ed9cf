"""The estimator of each scenario."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from perfmodel.boosted import BoostedTrees
from perfmodel.ernest import Ernest
from perfmodel.law import SmoothLaw
from perfmodel.regressor import ScenarioRegressor
from perfmodel.scenarios import Scenario


def regressor_for(scenario: Scenario, techniques: Sequence[str], seed: int) -> Any:
    """An unfitted estimator for averaged rows; ``techniques`` matter to the paper's scenarios only."""
    if scenario.estimator == "law":
        return SmoothLaw()
    if scenario.estimator == "ernest":
        return Ernest()
    if scenario.estimator == "boosted":
        return BoostedTrees(seed)
    return ScenarioRegressor(scenario.name, techniques, seed)


def choices_of(regressor: Any) -> dict[str, dict[str, Any]]:
    """What a fitted estimator chose, for the registry: ``technique`` and ``params`` by level."""
    if isinstance(regressor, ScenarioRegressor):
        return regressor.choices_
    if isinstance(regressor, SmoothLaw):
        return {"final": {"technique": "law", "params": regressor.coefficients_}}
    return {"final": {"technique": type(regressor).__name__.lower(), "params": regressor.get_params()}}
