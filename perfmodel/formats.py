"""Models of earlier formats, brought to the present one: they answer what they answered when they were saved."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from perfmodel.law import SmoothLaw
from perfmodel.model import ScenarioModel
from perfmodel.scenarios import RATE, scenario_named


def _from_1(model: ScenarioModel) -> None:
    """It was always tested at the largest sampling rate, and what was held out was not kept."""
    model.test_rate_ = model.ranges_[RATE][1]
    columns = (*scenario_named(model.scenario).configuration_columns, RATE, "actual_s", "predicted_s")
    model.held_out_ = {column: np.empty(0) for column in columns}


def _from_2(model: ScenarioModel) -> None:
    """Profiled was a configuration whatever its sampling rate, and each held-out error counted by itself.

    The law of scenario 5 got one more term while the format was 2.
    """
    columns = scenario_named(model.scenario).configuration_columns
    known = np.array(model.configurations_, dtype=float).reshape(-1, len(columns))
    model.profiled_ = dict(zip(columns, known.T, strict=True))
    model.unseen_configurations_ = np.arange(len(model.unseen_errors_))
    del model.configurations_
    law = model.regressor_
    if isinstance(law, SmoothLaw) and law.form_["overhead"]:
        law.coefficients_.setdefault("coordination", 0.0)


STEPS: dict[int, Callable[[ScenarioModel], None]] = {1: _from_1, 2: _from_2}


def to_present(model: ScenarioModel) -> int:
    """Bring a model that was just loaded to the present format, a step at a time; return the format that it has now."""
    model.format_ = getattr(model, "format_", 0)
    while model.format_ in STEPS:
        STEPS[model.format_](model)
        model.format_ += 1
    return model.format_
