"""Predictions of configurations that a model never saw, and whether intervals hold them: a job each, for many cores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from perfmodel.errors import NotEnoughRunsError
from perfmodel.features import FloatArray
from perfmodel.model import ScenarioModel
from perfmodel.regressors import regressor_for
from perfmodel.scenarios import FULL, RATE, scenario_named
from perfmodel.scores.accuracy import mape

LEVEL = 0.9
SEED = 0
EVERYTHING, SAMPLES = "everything", "samples only"


class Job(NamedTuple):
    """A scenario on the runs of one application.

    Attributes
    ----------
    dataset, application : str
    scenario : str
        Name in `perfmodel.scenarios.SCENARIOS`.
    techniques : sequence of str
        Candidates of the paper's scenarios.
    training : str
        `EVERYTHING`, or `SAMPLES`: learn from runs below 100 % and answer for 100 %.
    runs : DataFrame
    configuration : sequence of str
        The columns that tell configurations apart; each is left out in turn with all its runs.
    """

    dataset: str
    application: str
    scenario: str
    techniques: Sequence[str]
    training: str
    runs: pd.DataFrame
    configuration: Sequence[str]


class Error(NamedTuple):
    """Mean absolute percentage error (percent) over the configurations left out, or why there is none."""

    job: Job
    mape: float
    refused: str = ""


class Coverage(NamedTuple):
    """For each configuration left out: whether its interval held it, and the upper over the lower bound."""

    job: Job
    inside: list[bool]
    high_over_low: list[float]
    refused: str = ""


def error(job: Job) -> Error:
    """Predict each configuration for the largest sampling rate by a model of the others."""
    if job.training == SAMPLES and job.runs[RATE].nunique() < 3:
        return Error(job, np.nan, "one sampling rate" if job.runs[RATE].nunique() == 1 else "too few sampling rates")
    try:
        with threadpool_limits(limits=1, user_api="blas"):
            return Error(job, mape(*_held_out(job, job.runs, job.configuration)))
    except NotEnoughRunsError as refusal:
        return Error(job, np.nan, str(refusal))


def coverage(job: Job, most: int | None = None) -> Coverage:
    """Ask the product's own model of the other runs for an interval, each configuration in turn.

    This is nested: the interval is made of the errors of leaving out the training configurations in turn. With more
    than ``most`` configurations, a random choice of so many is asked about.
    """
    inside, widths = [], []
    found = list(_left_out(job.runs, job.configuration))
    chosen = np.random.default_rng(SEED).permutation(len(found))[:most]
    try:
        for asked, others in (found[i] for i in sorted(chosen)):
            model = ScenarioModel(job.scenario, tuple(job.techniques), SEED).fit(others, others["completion_time_s"])
            averaged = _averages(asked, asked["completion_time_s"], job.configuration)
            low, high = (_averages(asked, bound, job.configuration) for bound in model.predict_interval(asked, LEVEL))
            inside += list((low <= averaged) & (averaged <= high))
            widths += list(high / low)
    except NotEnoughRunsError as refusal:
        return Coverage(job, [], [], str(refusal))
    return Coverage(job, inside, widths)


def _left_out(runs: pd.DataFrame, together: Sequence[str]) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    """The runs of each configuration at the largest sampling rate, and the runs of all other configurations."""
    largest = runs[RATE].max()
    for _, own in runs.groupby(list(together)):
        asked = own[own[RATE] == largest]
        if len(asked):
            yield asked, runs.drop(index=own.index)


def _held_out(job: Job, runs: pd.DataFrame, together: Sequence[str]) -> tuple[FloatArray, FloatArray]:
    """Actual and predicted seconds of each configuration, means over its runs."""
    actual, predicted = [], []
    scenario = scenario_named(job.scenario)
    for asked, others in _left_out(runs, together):
        kept = others[others[RATE] < FULL] if job.training == SAMPLES else others
        rows = scenario.training_rows(scenario.average(kept))
        model = regressor_for(scenario, job.techniques, SEED).fit(rows, rows["completion_time_s"])
        actual.append(_averages(asked, asked["completion_time_s"], job.configuration))
        predicted.append(_averages(asked, model.predict(asked), job.configuration))
    return np.concatenate(actual), np.concatenate(predicted)


def _averages(asked: pd.DataFrame, seconds: FloatArray | pd.Series[float], configuration: Sequence[str]) -> FloatArray:
    values = pd.Series(np.asarray(seconds, dtype=float), index=asked.index)
    return values.groupby([asked[column] for column in configuration]).mean().to_numpy()
