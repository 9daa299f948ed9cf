"""Fits models on the runs of a store and registers them; what was fitted before is not fitted again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from perfmodel import artifacts
from perfmodel.catalog.runs import runs_to_learn_from, usable_runs
from perfmodel.evidence.datasets import SIZE
from perfmodel.features import FEATURES
from perfmodel.fitting.fitting import FEATURE_COLUMNS, FitJob, Fitted
from perfmodel.fitting.fitting import fit as fit_job
from perfmodel.fitting.spread import Spread, in_turn
from perfmodel.model import ScenarioModel
from perfmodel.regressor import DEFAULT_TECHNIQUES
from perfmodel.regressors import choices_of
from perfmodel.scenarios import SCENARIOS, scenario_named
from perfmodel.search.techniques import technique_named
from store import Metric, ModelDraft, Store, model_name

# What the explorer needs at once; `python -m perfmodel fit` fits the rest.
FIRST_SCENARIOS = ("baseline", "4-2", "5")


@dataclass(frozen=True)
class FitOutcome:
    """What became of fitting one scenario.

    Attributes
    ----------
    name, scenario : str
        ``application@cluster/scenario``, and its last part.
    version : int or None
        None when the fit was refused.
    created : bool
        False when the same model was registered before.
    accuracy : dict of str to float
        Percent, by protocol.
    t1_s, t2_s : float
        Collecting time, and tuning and training time of the original fit, in seconds.
    refused : str
        Why there is no model; empty otherwise.
    """

    name: str
    version: int | None
    created: bool
    accuracy: dict[str, float]
    t1_s: float
    t2_s: float
    refused: str = ""

    @property
    def scenario(self) -> str:
        """The scenario that was fitted."""
        return self.name.rpartition("/")[2]


def fit(
    store: Store,
    application: str,
    cluster: str,
    scenarios: Sequence[str] = tuple(SCENARIOS),
    techniques: Sequence[str] = DEFAULT_TECHNIQUES,
    seed: int = 0,
) -> Iterator[FitOutcome]:
    """Fit and register scenarios of one pair here, one after the other; see `fit_pairs`.

    Raises
    ------
    NotEnoughRunsError
        When the pair has no usable run at all.
    """
    runs_to_learn_from(store, application, cluster)
    return fit_pairs(store, [(application, cluster)], scenarios, techniques, seed)


def fit_pairs(
    store: Store,
    pairs: Iterable[tuple[str, str]],
    scenarios: Sequence[str] = tuple(SCENARIOS),
    techniques: Sequence[str] = DEFAULT_TECHNIQUES,
    seed: int = 0,
    spread: Spread = in_turn,
) -> Iterator[FitOutcome]:
    """Fit scenarios of several pairs and register them, yielding each outcome as it is known.

    A model that was fitted before on the same rows with the same settings and library versions is not fitted again,
    unless it is damaged; an archived one is brought back.

    Parameters
    ----------
    store : Store
        Only this process touches it.
    pairs : iterable of (application, cluster)
    scenarios, techniques : sequence of str
    seed : int
    spread : Spread
        Where the fits run, a model each; the models are the same wherever that is. Models that were fitted before come
        first, the others in the order of the spread.
    """
    for scenario in scenarios:
        scenario_named(scenario)
    for technique in techniques:
        technique_named(technique)
    wanted = []
    for application, cluster in pairs:
        runs = usable_runs(store, application, cluster)
        digest = _rows_hash(store, runs)
        models = (ScenarioModel(scenario, tuple(techniques), seed) for scenario in scenarios)
        wanted += [_Wanted(application, cluster, runs, digest, model) for model in models]
    return _fit_and_register(store, wanted, spread)


@dataclass(frozen=True)
class _Wanted:
    """A model that somebody wants, and what the registry must know of it."""

    application: str
    cluster: str
    runs: pd.DataFrame
    rows_hash: str
    model: ScenarioModel

    @property
    def name(self) -> str:
        return model_name(self.application, self.cluster, self.model.scenario)

    @property
    def fingerprint(self) -> str:
        identity = {"rows": self.rows_hash, **self.model.get_params(), "environment": artifacts.environment()}
        return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()

    @property
    def job(self) -> FitJob:
        rows = self.runs[[*FEATURE_COLUMNS, "completion_time_s"]]
        return FitJob(self.name, self.model, rows, artifacts.environment())


def _fit_and_register(store: Store, wanted: Sequence[_Wanted], spread: Spread) -> Iterator[FitOutcome]:
    new = {}
    for one in wanted:
        known = store.registry.find(one.fingerprint)
        if known is not None and not store.registry.problem(known.name, known.version):
            if known.archived_at is not None:
                store.registry.restore(known.name, known.version)
            yield _known_outcome(one.name, known.version, store.registry.metrics(one.name, known.version))
        elif one.runs.empty:
            yield _refused(one.name, f"there are no usable runs of {one.application} on {one.cluster}")
        else:
            new[one.name] = one
    if new:
        for fitted in spread(fit_job, [one.job for one in new.values()]):
            yield _registered(store, new[fitted.name], fitted)


def _refused(name: str, reason: str) -> FitOutcome:
    return FitOutcome(name, None, False, {}, 0.0, 0.0, refused=reason)


def _registered(store: Store, wanted: _Wanted, fitted: Fitted) -> FitOutcome:
    model = fitted.model
    if model is None:
        return _refused(fitted.name, fitted.refused)
    draft = ModelDraft(
        application=wanted.application,
        cluster=wanted.cluster,
        training_run_ids=list(wanted.runs["run_id"]),
        data_sha256=wanted.rows_hash,
        fingerprint=wanted.fingerprint,
        environment=artifacts.environment(),
        metrics=_metrics(model),
        **_description(model),
    )
    registered = store.registry.register(draft, artifacts.dump(model))
    return FitOutcome(
        wanted.name, registered.version, registered.created, model.accuracy_, model.training_s_, model.tuning_s_
    )


def _known_outcome(name: str, version: int, metrics: pd.DataFrame) -> FitOutcome:
    rows = zip(metrics["metric"], metrics["protocol"], metrics["value"], strict=True)
    values = {(str(metric), str(protocol)): float(value) for metric, protocol, value in rows}
    accuracy = {protocol: value for (metric, protocol), value in values.items() if metric == "accuracy"}
    return FitOutcome(name, version, False, accuracy, values["t1", ""], values["t2", ""])


def _rows_hash(store: Store, runs: pd.DataFrame) -> str:
    sizes = runs[SIZE].dropna()  # all the same: what `usable_runs` made the rates shares of
    size = int(sizes.iloc[0]) if len(sizes) else None
    return store.registry.rows_hash(list(runs["run_id"]), size)


def _description(model: ScenarioModel) -> dict[str, Any]:
    """What the registry shows of a model without loading it."""
    choices = choices_of(model.regressor_)
    features = [FEATURES[name] for name in scenario_named(model.scenario).features]
    return {
        "scenario": model.scenario,
        "techniques": {label: choice["technique"] for label, choice in choices.items()},
        "params": {label: choice["params"] for label, choice in choices.items()},
        "seed": model.seed,
        "schema": {
            "features": [{"name": f.name, "column": f.column, "unit": f.unit} for f in features],
            "ranges": {column: list(bounds) for column, bounds in model.ranges_.items()},
        },
    }


def _metrics(model: ScenarioModel) -> list[Metric]:
    t1, t2 = model.training_s_, model.tuning_s_
    scores = [
        Metric(metric, protocol, value, "%")
        for protocol, accuracy in model.accuracy_.items()
        for metric, value in (("accuracy", accuracy), ("mape", 100 - accuracy))
    ]
    return [*scores, *(Metric(name, "", seconds, "s") for name, seconds in (("t1", t1), ("t2", t2), ("T", t1 + t2)))]
