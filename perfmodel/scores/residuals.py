"""What a fitted scenario got wrong, a run at a time, as a tidy frame."""

from __future__ import annotations

import pandas as pd

from perfmodel.errors import NotEnoughRunsError
from perfmodel.evidence.causes import with_real_cores
from perfmodel.model import ScenarioModel
from perfmodel.scenarios import RATE
from perfmodel.scores.accuracy import HELD_OUT, PAPER

# What tells a run, where the runs have it.
RUN_COLUMNS = (
    "run_id",
    "application",
    "cluster",
    "num_executors",
    "executor_cores",
    "executor_memory_gb",
    "images_per_partition",
    RATE,
)

_WORST = ["run_id", "num_executors", "executor_cores"]


def residuals(model: ScenarioModel, runs: pd.DataFrame) -> pd.DataFrame:
    """Actual and predicted completion time of each run that ``model`` was fitted on, by protocol.

    A scenario predicts the average of the runs that it cannot tell apart, so a residual holds the noise between
    repeats, and the effect of columns that the scenario does not know.

    Parameters
    ----------
    model : ScenarioModel
        Fitted.
    runs : DataFrame
        The runs of the fit, with ``completion_time_s`` and all that it saw, so as `perfmodel.evidence.causes.usable`
        gave them.

    Returns
    -------
    DataFrame
        One row a run and protocol: those of `RUN_COLUMNS` that the runs have, ``scenario``, ``protocol`` (`PAPER`: by
        the model of all runs; `HELD_OUT`: by one that never saw the run's executors and cores), ``actual_s``,
        ``predicted_s``, ``residual_s`` (actual minus predicted), ``relative_residual_pct`` (of actual). Runs over a
        share of the data set that the scenario does not answer for are left out, and by `HELD_OUT` those of
        configurations that cannot be spared.

    Raises
    ------
    NotEnoughRunsError
        When the scenario answers for none of the runs.
    """
    rows = with_real_cores(runs).assign(scenario=model.scenario, actual_s=runs["completion_time_s"])
    answered = rows[model.answers(rows)]
    if answered.empty:
        raise NotEnoughRunsError(f"none of these runs is one that scenario {model.scenario} answers for; fit it again")
    fitted = answered.assign(protocol=PAPER, predicted_s=model.regressor_.predict(answered))
    return _with_residuals(pd.concat([fitted, _held_out(model, answered)], ignore_index=True))


def _held_out(model: ScenarioModel, rows: pd.DataFrame) -> pd.DataFrame:
    known = pd.DataFrame(model.held_out_).drop(columns="actual_s")
    keys = [column for column in known if column != "predicted_s"]
    return rows.merge(known, on=keys, validate="many_to_one").assign(protocol=HELD_OUT)


def _with_residuals(rows: pd.DataFrame) -> pd.DataFrame:
    residual = rows["actual_s"] - rows["predicted_s"]
    rows = rows.assign(residual_s=residual, relative_residual_pct=100 * residual / rows["actual_s"])
    last = ["scenario", "protocol", "actual_s", "predicted_s", "residual_s", "relative_residual_pct"]
    return rows[[*(column for column in RUN_COLUMNS if column in rows), *last]]


def summary(found: pd.DataFrame, rate: float) -> pd.DataFrame:
    """Relative residuals (percent) of the runs at one sampling rate, by scenario and protocol.

    Returns
    -------
    DataFrame
        ``scenario``, ``protocol``, ``runs``, ``low`` (5 %), ``median``, ``high`` (95 %), ``worst`` (largest size), and
        of the worst run ``run_id``, ``num_executors``, ``executor_cores``.
    """
    tested = found[found[RATE] == rate].reset_index(drop=True)
    rows = []
    for (scenario, protocol), own in tested.groupby(["scenario", "protocol"], sort=False):
        percents = own["relative_residual_pct"]
        worst = own.iloc[int(percents.abs().to_numpy().argmax())]
        spread = percents.quantile([0.05, 0.5, 0.95])
        rows.append((scenario, protocol, len(own), *spread, worst["relative_residual_pct"], *worst[_WORST]))
    return pd.DataFrame(rows, columns=["scenario", "protocol", "runs", "low", "median", "high", "worst", *_WORST])
