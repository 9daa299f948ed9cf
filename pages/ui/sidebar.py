"""The global filters: which application on which cluster."""

from __future__ import annotations

import streamlit as st

from pages.ui import state


def show() -> None:
    """Draw the pickers; pages read the choice with `chosen_pair`."""
    with state.errors_on_page():
        pairs = state.pairs()
    with st.sidebar:
        clusters = sorted(pairs["cluster"].unique())
        cluster = st.selectbox(
            "Cluster", clusters, key="cluster", bind="query-params", help="A model is valid for one cluster only."
        )
        applications = sorted(pairs.loc[pairs["cluster"] == cluster, "application"])
        st.selectbox(
            "Application", applications, key="application", bind="query-params", help="The CNN job that runs on it."
        )


def chosen_pair() -> tuple[str, str]:
    """Application and cluster that the user looks at."""
    return st.session_state["application"], st.session_state["cluster"]
