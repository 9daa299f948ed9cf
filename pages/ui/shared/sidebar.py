"""The global filters: which application on which cluster."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from pages.ui.shared import access, guide, state


def show(page: str) -> None:
    """Draw the pickers on the page of this title; pages read the choice with `chosen_pair`."""
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
        guide.switch(page)
        access.show_who()


def chosen_pair() -> tuple[str, str]:
    """Application and cluster that the user looks at."""
    if "application" not in st.session_state:
        _go_through_router()
    return st.session_state["application"], st.session_state["cluster"]


def _go_through_router() -> None:
    # Until app.py ran once, Streamlit takes a folder called pages for its old kind of app, and the first deep link to a
    # fresh server runs the page's script without app.py (seen with 1.67). Say that it is the new kind, and start again.
    PagesManager.uses_pages_directory = False
    st.rerun()
