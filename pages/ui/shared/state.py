"""What pages read from the store, cached for as long as the store stays the same."""

from __future__ import annotations

import atexit
import gc
from collections.abc import Iterator
from contextlib import contextmanager

import pandas as pd
import streamlit as st

from pages.ui.shared import access
from pages.ui.shared.text import literal
from perfmodel import catalog
from perfmodel.errors import NotEnoughRunsError
from store import SparkcastError, Store, open_store
from store.errors import StoreUnusableError
from store.runs.selection import Order, Selection


@contextmanager
def errors_on_page() -> Iterator[None]:
    """Show an error of ours as a message, with what can be done about it, and end the page there."""
    try:
        yield
    except SparkcastError as error:
        text = str(error)
        st.error(literal(text[:1].upper() + text[1:]), icon=":material/error:")
        _offer_next_step(error)
        st.stop()


def _offer_next_step(error: SparkcastError) -> None:
    if isinstance(error, StoreUnusableError):
        st.button("Try again", icon=":material/refresh:", key="try_again")
    elif isinstance(error, NotEnoughRunsError):
        with st.container(horizontal=True):
            query = {"runs_view": "Upload"}
            st.page_link("pages/runs.py", label="Upload runs", icon=":material/upload:", query_params=query)
            st.page_link("pages/profile.py", label="Profile this application", icon=":material/speed:")


@st.cache_resource
def store() -> Store:
    """The store of this app: ``SPARKCAST_HOME``, else ``./.sparkcast``."""
    return open_store()


def pairs() -> pd.DataFrame:
    """Applications and clusters that have runs; a fresh store is given the demo data first."""
    known = _pairs(version())
    if known.empty:
        access.may_change_or("there are no runs yet; somebody who may change things has to open the app first")
        with st.spinner("First start: loading the demo run logs"):
            catalog.add_demo_runs(store())
        known = _pairs(version())
    return known


def runs(application: str, cluster: str) -> pd.DataFrame:
    """Runs of a pair that models may learn from."""
    return _runs(application, cluster, version())


def runs_to_learn_from(application: str, cluster: str) -> pd.DataFrame:
    """As `runs`, where there must be some."""
    found = runs(application, cluster)
    if found.empty:
        catalog.runs_to_learn_from(store(), application, cluster)  # raises, and says what there is
    return found


def models(application: str, cluster: str) -> dict[str, catalog.Champion]:
    """The champion of each scenario of a pair; fitted now where there is none."""
    if not _has_models(application, cluster, version()):
        access.may_change_or(
            f"no model of {application} on {cluster} was fitted yet; somebody who may change things has to look first"
        )
        with st.status(literal(f"Fitting the models of {application} on {cluster}"), expanded=True) as status:
            for outcome in catalog.fit(store(), application, cluster, catalog.FIRST_SCENARIOS):
                st.write(literal(f"Scenario {outcome.scenario}: {outcome.refused or 'fitted'}"))
            status.update(label="Models fitted", state="complete", expanded=False)
    found = _models(application, cluster, version())
    _settle()
    return found


@st.cache_resource(show_spinner=False)
def _settle() -> None:
    """Once: what libraries and models brought stays for good, so nobody needs to search it for garbage.

    Streamlit collects all garbage after each rerun of a script. Over some hundred thousand objects of scikit-learn,
    plotly and pandas that takes longer than the rerun.
    """
    gc.collect()
    gc.freeze()
    atexit.register(gc.unfreeze)  # DuckDB's bindings expect to be cleared away when the process ends


def version() -> int:
    """A number that changes when the store does: part of every cache key. Runs that came in meanwhile are taken in."""
    store().inbox.drain()
    return store().home.database.stat().st_mtime_ns


def run_counts(selection: Selection) -> pd.DataFrame:
    """How many runs pass, by origin and status."""
    return _run_counts(selection, version())


def run_page(selection: Selection, order: Order, first: int, most: int) -> pd.DataFrame:
    """A page of the runs that pass."""
    return _run_page(selection, order, first, most, version())


def versions(application: str, cluster: str) -> pd.DataFrame:
    """The versions of the models of a pair, archived too, as `store.registry.registry.Registry.load` says them."""
    return _versions(application, cluster, version())


def figures(application: str, cluster: str) -> pd.DataFrame:
    """Every figure of these versions."""
    return _figures(application, cluster, version())


def campaigns() -> list[str]:
    """The campaigns that have runs."""
    return _campaigns(version())


@st.cache_data(max_entries=4, show_spinner="Loading the tasks")
def run_tasks(run_id: str) -> pd.DataFrame:
    """The task records of a run, which never change."""
    return store().runs.tasks(run_id)


@st.cache_data(max_entries=4, show_spinner=False)
def run_executors(run_id: str) -> pd.DataFrame:
    """The executor records of a run, which never change."""
    return store().runs.executors(run_id)


@st.cache_data(max_entries=32, show_spinner=False)
def _run_counts(selection: Selection, version: int) -> pd.DataFrame:
    return store().runs.counts(selection)


@st.cache_data(max_entries=32, show_spinner=False)
def _run_page(selection: Selection, order: Order, first: int, most: int, version: int) -> pd.DataFrame:
    return store().runs.page(selection, order, first, most)


@st.cache_data(max_entries=4, show_spinner=False)
def _versions(application: str, cluster: str, version: int) -> pd.DataFrame:
    return store().registry.load(application, cluster, archived=True)


@st.cache_data(max_entries=4, show_spinner=False)
def _figures(application: str, cluster: str, version: int) -> pd.DataFrame:
    return store().registry.figures(application, cluster)


@st.cache_data(max_entries=2, show_spinner=False)
def _campaigns(version: int) -> list[str]:
    return store().runs.campaigns()


@st.cache_data(max_entries=2, show_spinner=False)
def _pairs(version: int) -> pd.DataFrame:
    return store().runs.pairs()


@st.cache_data(max_entries=8, show_spinner="Loading runs")
def _runs(application: str, cluster: str, version: int) -> pd.DataFrame:
    return catalog.usable_runs(store(), application, cluster)


@st.cache_data(max_entries=8, show_spinner=False)
def _has_models(application: str, cluster: str, version: int) -> bool:
    return catalog.has_models(store(), application, cluster)


@st.cache_resource(max_entries=8, show_spinner="Loading models")
def _models(application: str, cluster: str, version: int) -> dict[str, catalog.Champion]:
    return catalog.champions(store(), application, cluster)
