"""Answers: predictions with interval, cost, and how far they can be trusted."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from perfmodel.answers.cost import Price, core_hours, cost
from perfmodel.errors import CannotPredictError, NotEnoughRunsError
from perfmodel.model import LEVEL, ScenarioModel, outside_columns
from perfmodel.scores.accuracy import HELD_OUT

QUESTION_COLUMNS = ("num_executors", "executor_cores", "executor_memory_gb", "sampling_rate_pct")
ANSWER_COLUMNS = ("predicted_s", "predicted_low_s", "predicted_high_s", "outside_profiled_range")

_WORDS = {
    "num_executors": "executors",
    "executor_cores": "cores an executor",
    "total_cores": "cores over all executors",
    "executor_memory_gb": "memory an executor (GiB)",
    "images_per_partition": "images per partition or step",
    "sampling_rate_pct": "share of the data set (%)",
}


def question(executors: int, cores: int, memory_gb: float, sampling_rate_pct: float) -> pd.DataFrame:
    """One configuration and data size as a frame of one row.

    Raises
    ------
    CannotPredictError
        Where a value is not above zero; sliders and arguments are not to be trusted.
    """
    values = dict(zip(QUESTION_COLUMNS, (executors, cores, memory_gb, sampling_rate_pct), strict=True))
    for name, value in values.items():
        if not 0 < value < float("inf"):
            raise CannotPredictError(f"{name} must be above zero, not {value}")
    return pd.DataFrame([values])


def answer(model: ScenarioModel, questions: pd.DataFrame, price: Price, level: float = LEVEL) -> pd.DataFrame:
    """Predict time, interval and cost of each question.

    Parameters
    ----------
    model : ScenarioModel
    questions : DataFrame
        Has `QUESTION_COLUMNS`.
    price : Price
    level : float
        Probability that the interval should cover.

    Returns
    -------
    DataFrame
        The questions with ``predicted_s``, ``predicted_low_s``, ``predicted_high_s``, ``core_hours``, ``cost``,
        ``cost_low``, ``cost_high``, ``outside_profiled_range`` (bool) and ``note`` (why there is no answer, or what
        lies outside; empty otherwise).
    """
    seen = model.foresee(questions, level)
    predicted = seen.predicted_s
    a_second = cost(questions, np.ones(len(questions)), price)
    outside = outside_columns(seen.outside)
    notes = zip(model.answers(questions), np.isfinite(predicted), outside, strict=True)
    return questions.assign(
        predicted_s=predicted,
        predicted_low_s=seen.low_s,
        predicted_high_s=seen.high_s,
        core_hours=core_hours(questions, predicted),
        cost=a_second * predicted,
        cost_low=a_second * seen.low_s,
        cost_high=a_second * seen.high_s,
        outside_profiled_range=[bool(columns) for columns in outside],
        note=[_note(model, *row) for row in notes],
    )


def answer_each(
    models: Mapping[str, ScenarioModel], questions: pd.DataFrame, price: Price
) -> tuple[dict[str, pd.DataFrame], dict[str, str]]:
    """The answers of each model that can say how sure it is, and why the others cannot.

    Raises
    ------
    NotEnoughRunsError
        When none can.
    """
    answers, unsure = {}, {}
    for name, model in models.items():
        try:
            answers[name] = answer(model, questions, price)
        except NotEnoughRunsError as error:
            unsure[name] = str(error)
    if not answers:
        raise NotEnoughRunsError("; ".join(unsure.values()))
    return answers, unsure


def _note(model: ScenarioModel, applies: bool, has_answer: bool, outside: list[str]) -> str:
    if not applies:
        return f"scenario {model.scenario} answers for the whole data set only (sampling rate 100 %)"
    if not has_answer:
        return f"scenario {model.scenario} has no answer this far outside the profiled range"
    return "; ".join(_range_text(column, *model.ranges_[column]) for column in outside)


def _range_text(column: str, low: float, high: float) -> str:
    span = f"{low:g} only" if low == high else f"{low:g} to {high:g}"
    return f"{_WORDS[column]}: profiled at {span}"


def best_scenario(models: Mapping[str, ScenarioModel], questions: pd.DataFrame) -> str:
    """The scenario with the best accuracy on held-out configurations, of those that answer every question.

    Raises
    ------
    CannotPredictError
        When none does.
    """
    refused = {name: _first_refusal(model, questions) for name, model in models.items()}
    return _most_accurate(models, {name: reason for name, reason in refused.items() if reason})


def best_answered(models: Mapping[str, ScenarioModel], answers: Mapping[str, pd.DataFrame]) -> str:
    """As `best_scenario`, of questions that were answered already.

    Parameters
    ----------
    models : dict of str to ScenarioModel
    answers : dict of str to DataFrame
        As from `answer`, by scenario.
    """
    notes = {name: rows.loc[rows["predicted_s"].isna(), "note"].head(1) for name, rows in answers.items()}
    return _most_accurate(models, {name: str(note.iat[0]) for name, note in notes.items() if len(note)})


def _most_accurate(models: Mapping[str, ScenarioModel], refused: Mapping[str, str]) -> str:
    able = [name for name in models if name not in refused]
    if not able:
        raise CannotPredictError(f"no scenario can answer: {'; '.join(refused.values())}")
    return max(able, key=lambda name: models[name].accuracy_.get(HELD_OUT, -np.inf))


def _first_refusal(model: ScenarioModel, questions: pd.DataFrame) -> str:
    """Why ``model`` does not answer all questions; empty where it does."""
    unanswered = np.flatnonzero(~np.isfinite(model.predict(questions)))
    return _note(model, bool(model.answers(questions)[unanswered[0]]), False, []) if len(unanswered) else ""
