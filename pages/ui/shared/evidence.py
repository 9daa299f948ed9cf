"""Runs that no model learns from, but that show something all the same: those that failed."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.ui.shared import state


def all_runs(application: str, cluster: str) -> pd.DataFrame:
    """Every run of a pair, whatever became of it."""
    return _all_runs(application, cluster, state.version())


@st.cache_data(max_entries=4, show_spinner=False)
def _all_runs(application: str, cluster: str, version: int) -> pd.DataFrame:
    return state.store().runs.load(application=application, cluster=cluster)
