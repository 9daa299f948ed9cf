"""The models that answer: of each scenario the version whose alias is champion."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from perfmodel import artifacts
from perfmodel.catalog.runs import known_pairs, usable_runs
from perfmodel.errors import CannotPredictError, NotEnoughRunsError
from perfmodel.model import ScenarioModel
from perfmodel.scenarios import SCENARIOS
from store import Store, model_name


@dataclass(frozen=True)
class Champion:
    """The version that answers for a scenario, loaded."""

    version: int
    model: ScenarioModel


def champions(store: Store, application: str, cluster: str) -> dict[str, Champion]:
    """The ``champion`` of each scenario of a pair, by scenario name in the order of `SCENARIOS`.

    Raises
    ------
    CannotPredictError
        When the pair has no model.
    """
    fitted = set(store.registry.load(application=application, cluster=cluster)["scenario"])
    if not fitted:
        runs = usable_runs(store, application, cluster)
        hint = known_pairs(store) if runs.empty else _fit_command(application, cluster)
        raise CannotPredictError(f"there is no model of {application} on {cluster}; {hint}")
    names = {scenario: model_name(application, cluster, scenario) for scenario in SCENARIOS if scenario in fitted}
    with store.opened():
        versions = {scenario: store.registry.get(name).version for scenario, name in names.items()}
        contents = {scenario: store.registry.artefact(name, versions[scenario]) for scenario, name in names.items()}
    return {scenario: Champion(versions[scenario], artifacts.load(contents[scenario])) for scenario in names}


def champion_of(models: Mapping[str, Champion], scenario: str) -> Champion:
    """The one that answers for a scenario.

    Raises
    ------
    CannotPredictError
        When the scenario has no model.
    """
    if scenario not in models:
        raise CannotPredictError(f"scenario {scenario!r} has no registered model; there are {', '.join(models)}")
    return models[scenario]


def training_runs(store: Store, name: str, version: int, runs: pd.DataFrame) -> pd.DataFrame:
    """Those of a pair's usable runs that a version was fitted on.

    Parameters
    ----------
    store : Store
    name : str
        ``application@cluster/scenario``.
    version : int
    runs : DataFrame
        As from `usable_runs`.

    Raises
    ------
    NotEnoughRunsError
        When none of them is usable any more.
    """
    found = runs[runs["run_id"].isin(store.registry.get(name, version).training_run_ids)].reset_index(drop=True)
    if found.empty:
        raise NotEnoughRunsError(
            f"none of the runs that {name} v{version} was fitted on is among the usable runs any more; fit it again"
        )
    return found


def has_models(store: Store, application: str, cluster: str) -> bool:
    """Whether any model of the pair is registered."""
    return not store.registry.load(application=application, cluster=cluster).empty


def _fit_command(application: str, cluster: str) -> str:
    command = ["python", "-m", "perfmodel", "fit", "--application", application, "--cluster", cluster]
    return f"fit one with: {shlex.join(command)}"
