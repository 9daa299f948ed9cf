"""What the Training page reads from the store, cached for as long as the store stays the same."""

from __future__ import annotations

import itertools
from typing import Any

import pandas as pd
import streamlit as st

from pages.ui.shared import state
from pages.ui.training.training_charts import ARM_COLOURS
from perfmodel.evidence.causes import usable
from perfmodel.evidence.jobs import without_losses

APPLICATION = "cifar_cnn"
_BY_EPOCH = ("epoch_s", "test_accuracy_pct")
_ONCE = ("epochs", "compute_s", "exchange_s", "scheduling_s")


def runs(cluster: str) -> pd.DataFrame:
    """The trainings on a cluster that ended well, lost nothing, and had cores of their own."""
    return _runs(cluster, state.version())


def clusters() -> list[str]:
    """The clusters that trainings were measured on."""
    return _clusters(state.version())


def layers(cluster: str) -> dict[str, Any] | None:
    """The latest profile of layers: this cluster's, else any machine's; None where there is none."""
    return _layers(cluster, state.version())


def trials() -> dict[str, pd.DataFrame]:
    """The trials of each search."""
    return _trials(state.version())


def is_training(settings: Any) -> bool:
    """Whether the settings of a run say what the page shows of a training; those of an upload may say anything."""
    if not isinstance(settings, dict) or settings.get("arm") not in list(ARM_COLOURS):
        return False
    epochs = [settings.get(name) for name in _BY_EPOCH]
    if not all(isinstance(values, list) and values for values in epochs) or len(set(map(len, epochs))) > 1:
        return False
    numbers = [*itertools.chain(*epochs), *(settings.get(name) for name in _ONCE)]
    return all(isinstance(value, int | float) for value in numbers)


@st.cache_data(max_entries=2, show_spinner=False)
def _clusters(version: int) -> list[str]:
    pairs = state.store().runs.pairs()
    return sorted(pairs.loc[pairs["application"] == APPLICATION, "cluster"])


@st.cache_data(max_entries=4, show_spinner="Loading the trainings")
def _runs(cluster: str, version: int) -> pd.DataFrame:
    found = state.store().runs.load(application=APPLICATION, cluster=cluster, status="ok")
    trainings = usable(found[found["settings"].map(is_training).astype(bool)])
    return without_losses(trainings).reset_index(drop=True)


@st.cache_data(max_entries=4, show_spinner=False)
def _layers(cluster: str, version: int) -> dict[str, Any] | None:
    profiles = state.store().measurements.load("layers")
    here = profiles[profiles["name"] == cluster]
    latest = (profiles if here.empty else here).sort_values("measured_at").tail(1)
    if latest.empty:
        return None
    row = latest.iloc[0]
    return {**row["content"], "name": row["name"]}


@st.cache_data(max_entries=2, show_spinner=False)
def _trials(version: int) -> dict[str, pd.DataFrame]:
    found = state.store().measurements.load("trial")
    return {str(name): pd.DataFrame(rows["content"].tolist()) for name, rows in found.groupby("name")}
