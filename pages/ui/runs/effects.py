"""The effects that runs show, cached for as long as the store stays the same."""

from __future__ import annotations

import streamlit as st

from pages.ui.runs.effect_charts import TASK, Effect, effects_data
from pages.ui.shared import state
from perfmodel import catalog


def effects_of(application: str, cluster: str, value: str) -> list[Effect]:
    """The effects that the runs of a pair show; ``value`` as in `perfmodel.evidence.effects.effects`."""
    return _effects(application, cluster, value, state.version())


@st.cache_data(max_entries=8, show_spinner="Comparing the runs")
def _effects(application: str, cluster: str, value: str, version: int) -> list[Effect]:
    runs = catalog.usable_runs(state.store(), application, cluster)
    if value == TASK:
        runs = catalog.with_task_seconds(state.store(), runs)
    return effects_data(runs, value, application, cluster) if len(runs) else []
