"""The paper's figures 3-9 again, as data: accuracy, t1, t2, T of every scenario, published beside reproduced."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd

from perfmodel.evidence.effects import effects
from perfmodel.model import ScenarioModel
from perfmodel.paper.published import CLUSTER, published_effects, reported
from perfmodel.regressor import ScenarioRegressor
from perfmodel.regressors import choices_of
from perfmodel.report.explanations import explanations
from perfmodel.scenarios import SCENARIOS
from perfmodel.scores.accuracy import HELD_OUT, PAPER
from perfmodel.scores.residuals import residuals, summary

PAIR = ["application", "cluster"]


class Fit(NamedTuple):
    """A scenario's outcome (``accuracy`` in percent by protocol, ``t1_s``, ``t2_s``, ``refused``) and its model."""

    outcome: Any
    model: ScenarioModel | None


class Pair(NamedTuple):
    """What the report is made from: the usable runs of an application on a cluster, and the scenarios fitted on them.

    ``task_runs`` are those with task records, and have ``task_s``, the mean task time (s) of the run. ``techniques``
    are the `perfmodel.report.technique_scores.score` of its models; other pairs may be among them.
    """

    application: str
    cluster: str
    runs: pd.DataFrame
    task_runs: pd.DataFrame
    fits: list[Fit]
    techniques: pd.DataFrame


@dataclass(frozen=True)
class Report:
    """Frames with the columns ``application`` and ``cluster``; accuracies in percent, times in seconds.

    Attributes
    ----------
    scenarios : DataFrame
        A row a scenario: ``published`` (accuracy as the paper says it), ``published_pct``, ``paper_protocol_pct``,
        ``never_seen_pct``, ``published_t1_s``, ``t1_s``, ``published_t2_s``, ``t2_s``, ``published_T_s``, ``T_s``,
        ``refused`` (why there is no model).
    choices : DataFrame
        A row a level of each fitted scenario: ``level``, ``technique``, ``params``, ``searched_by`` (what the search
        held out), ``published`` (the paper's best techniques).
    techniques : DataFrame
        As from `perfmodel.report.technique_scores.technique_scores`.
    effects : DataFrame
        As from `perfmodel.evidence.effects.effects`, with ``time`` (``completion_time_s`` or ``task_s``) and
        ``published``.
    residuals : DataFrame
        As from `perfmodel.scores.residuals.summary`.
    texts : dict
        By application and cluster: sentences on where and why the figures differ.
    """

    scenarios: pd.DataFrame
    choices: pd.DataFrame
    techniques: pd.DataFrame
    effects: pd.DataFrame
    residuals: pd.DataFrame
    texts: dict[tuple[str, str], list[str]]


def report(pairs: Iterable[Pair]) -> Report:
    """Put together what there is to say of every application and cluster."""
    parts = [_part(pair) for pair in pairs]
    names = ("scenarios", "choices", "techniques", "effects", "residuals")
    frames = {name: _stacked([getattr(part, name) for part in parts]) for name in names}
    return Report(**frames, texts={key: texts for part in parts for key, texts in part.texts.items()})


def _stacked(frames: list[pd.DataFrame]) -> pd.DataFrame:
    filled = [frame for frame in frames if not frame.empty]
    return pd.concat(filled, ignore_index=True) if filled else frames[0]


def _part(pair: Pair) -> Report:
    rows = [scenario_row(pair.application, pair.cluster, fit.outcome) for fit in pair.fits]
    scenarios = pd.DataFrame(rows).astype({name: float for name in rows[0] if name.endswith(("_pct", "_s"))})
    models = [fit.model for fit in pair.fits if fit.model is not None]
    choices = [row for model in models for row in _choice_rows(pair, model)]
    techniques = _own_techniques(pair)
    wrong = [summary(residuals(model, pair.runs), model.test_rate_) for model in models]
    return Report(
        scenarios=_of(pair, scenarios),
        choices=_of(pair, pd.DataFrame(choices)),
        techniques=_of(pair, techniques),
        effects=_of(pair, _effects(pair)),
        residuals=_of(pair, _stacked(wrong or [pd.DataFrame()])),
        texts={(pair.application, pair.cluster): list(explanations(pair.runs, scenarios, techniques, models))},
    )


def _own_techniques(pair: Pair) -> pd.DataFrame:
    """In the order of the scenarios, whatever order the scores came in."""
    found = pair.techniques
    if found.empty:
        return found
    own = found[(found["application"] == pair.application) & (found["cluster"] == pair.cluster)]
    order = {name: i for i, name in enumerate(SCENARIOS)}
    return own.sort_values("scenario", key=lambda names: names.map(order), kind="stable")


def _of(pair: Pair, frame: pd.DataFrame) -> pd.DataFrame:
    rest = frame.drop(columns=PAIR, errors="ignore")
    rest.insert(0, "application", pair.application)
    rest.insert(1, "cluster", pair.cluster)
    return rest


def scenario_row(application: str, cluster: str, outcome: Any) -> dict[str, Any]:
    """A row of `Report.scenarios`; ``outcome`` as in `Fit`."""
    published = reported(outcome.scenario, application if cluster == CLUSTER else "")
    fitted = not outcome.refused
    return {
        "scenario": outcome.scenario,
        "published": published.accuracy,
        "published_pct": published.accuracy_pct,
        "paper_protocol_pct": outcome.accuracy.get(PAPER),
        "never_seen_pct": outcome.accuracy.get(HELD_OUT),
        "published_t1_s": published.t1_s,
        "t1_s": outcome.t1_s if fitted else None,
        "published_t2_s": published.t2_s,
        "t2_s": outcome.t2_s if fitted else None,
        "published_T_s": published.total_s,
        "T_s": outcome.t1_s + outcome.t2_s if fitted else None,
        "refused": outcome.refused,
    }


def _choice_rows(pair: Pair, model: ScenarioModel) -> list[dict[str, Any]]:
    regressor = model.regressor_
    of_paper = pair.application if pair.cluster == CLUSTER else ""
    return [
        {
            "scenario": model.scenario,
            "level": level,
            "technique": choice["technique"],
            "params": choice["params"],
            "searched_by": regressor.folds_ if isinstance(regressor, ScenarioRegressor) else "",
            "published": reported(model.scenario, of_paper).technique,
        }
        for level, choice in choices_of(regressor).items()
    ]


def _effects(pair: Pair) -> pd.DataFrame:
    tables = []
    for value, runs in (("completion_time_s", pair.runs), ("task_s", pair.task_runs)):
        if runs.empty:
            continue
        table = effects(runs, value).assign(time=value, published=float("nan"))
        if pair.cluster == CLUSTER:
            published = published_effects(pair.application, value)
            table = table.drop(columns="published").merge(published, how="left", on=["column", "level"])
        tables.append(table)
    return _stacked(tables or [pd.DataFrame()])
