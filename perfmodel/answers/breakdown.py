"""Why a predicted time is what it is: the parts of scenario 5's law, and what more of the cluster would change."""

from __future__ import annotations

import pandas as pd

from perfmodel.law import SmoothLaw
from perfmodel.model import ScenarioModel
from perfmodel.scenarios import GROUP_COLUMNS


def breakdown(model: ScenarioModel, question: pd.DataFrame) -> pd.Series[float] | None:
    """Seconds that each term of the law contributes, the most first; None where the model has no such terms.

    Parameters
    ----------
    model : ScenarioModel
    question : DataFrame
        One row.
    """
    law = model.regressor_
    if not isinstance(law, SmoothLaw):
        return None
    parts = law.parts(question).iloc[0]
    return parts[parts > 0].sort_values(ascending=False)


def doubled(model: ScenarioModel, question: pd.DataFrame) -> dict[str, float]:
    """Predicted seconds with twice as many executors, and with twice as many cores of each, by column."""
    larger = pd.concat([question.assign(**{name: 2 * question[name]}) for name in GROUP_COLUMNS], ignore_index=True)
    return {name: float(seconds) for name, seconds in zip(GROUP_COLUMNS, model.predict(larger), strict=True)}
