"""How often intervals hold what they promise: measured on the runs that a model was fitted on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from perfmodel.model import ScenarioModel
from perfmodel.scores.intervals import half_width

LEVELS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)


def coverage(model: ScenarioModel, levels: Sequence[float] = LEVELS) -> pd.DataFrame:
    """Share of times inside intervals of several levels, at the sampling rate of the accuracies.

    Parameters
    ----------
    model : ScenarioModel
        Fitted.
    levels : sequence of float

    Returns
    -------
    DataFrame
        ``level``; ``seen``: share of the runs inside, the width taken from these runs themselves; ``unseen``: share of
        held-out configurations' times inside, each predicted by a model that never saw the configuration, the width
        taken from the errors on the others. Each configuration weighs the same; NaN with fewer than 2 to hold out.
    """
    sizes = np.abs(model.seen_errors_)
    return pd.DataFrame(
        {
            "level": level,
            "seen": float(np.mean(sizes <= half_width(sizes, level))),
            "unseen": _unseen(model, level),
        }
        for level in levels
    )


def _unseen(model: ScenarioModel, level: float) -> float:
    errors, configurations = model.unseen_errors_, model.unseen_configurations_
    known = np.unique(configurations)
    if len(known) < 2:
        return float("nan")
    shares = []
    for one in known:
        own = configurations == one
        width = half_width(errors[~own], level, configurations[~own])
        shares.append(float(np.mean(np.abs(errors[own]) <= width)))
    return float(np.mean(shares))
