"""How far to trust a model: two protocols, always kept apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from perfmodel.errors import NotEnoughRunsError
from perfmodel.regressors import regressor_for
from perfmodel.scenarios import GROUP_COLUMNS, RATE, scenario_named
from perfmodel.scores.folds import leave_one_group_out

PAPER = "paper"
HELD_OUT = "leave-one-configuration-out"

PROTOCOLS = {
    PAPER: "the paper's protocol: the model may have seen the configurations that it is tested on",
    HELD_OUT: "configurations that the model has never seen",
}


def mape(actual: ArrayLike, predicted: ArrayLike) -> float:
    """Mean absolute percentage error, in percent."""
    actual, predicted = np.asarray(actual, dtype=float), np.asarray(predicted, dtype=float)
    return float(100 * np.mean(np.abs(predicted - actual) / actual))


def accuracy_pct(actual: ArrayLike, predicted: ArrayLike) -> float:
    """``100 - MAPE`` in percent (section 6 of the paper); negative for a model that is worse than useless."""
    return 100 - mape(actual, predicted)


def leave_one_configuration_out(
    scenario_name: str, averaged: pd.DataFrame, techniques: Sequence[str], seed: int
) -> pd.DataFrame:
    """Predict each configuration by a model that never saw any run with its executors and cores.

    The choice of technique and hyper-parameters is made again without the held-out configuration.

    Parameters
    ----------
    scenario_name : str
    averaged : DataFrame
        As from `Scenario.average`, with a fresh index.
    techniques : sequence of str
    seed : int

    Returns
    -------
    DataFrame
        The rows of ``averaged`` at every sampling rate that the scenario answers for, with ``actual_s`` and
        ``predicted_s``; without configurations that cannot be spared from training.
    """
    scenario = scenario_named(scenario_name)
    predicted = pd.Series(np.nan, index=averaged.index)
    for fold in leave_one_group_out(averaged[GROUP_COLUMNS]):
        asked = averaged.iloc[fold.held_out]
        asked = asked[scenario.answers_for(asked[RATE])]
        if asked.empty:
            continue  # never run at a rate that the scenario answers for: it teaches, and there is nothing to test
        try:
            training = scenario.training_rows(averaged.iloc[fold.train])
        except NotEnoughRunsError:
            continue
        model = regressor_for(scenario, techniques, seed).fit(training, training["completion_time_s"])
        predicted[asked.index] = model.predict(asked)
    held_out = averaged.assign(predicted_s=predicted).dropna(subset="predicted_s")
    return held_out.rename(columns={"completion_time_s": "actual_s"}).reset_index(drop=True)
