"""What pages read from the store, cached for as long as the store stays the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pandas as pd
import streamlit as st

from pages.ui.shared.text import literal
from perfmodel import catalog
from store import SparkcastError, Store, open_store
from store.selection import Order, Selection


@contextmanager
def errors_on_page() -> Iterator[None]:
    """Show an error of ours as a message and end the page there."""
    try:
        yield
    except SparkcastError as error:
        st.error(literal(str(error)), icon=":material/error:")
        st.stop()


@st.cache_resource
def store() -> Store:
    """The store of this app: ``SPARKCAST_HOME``, else ``./.sparkcast``."""
    return open_store()


def pairs() -> pd.DataFrame:
    """Applications and clusters that have runs; a fresh store is given the demo data first."""
    known = _pairs(version())
    if known.empty:
        with st.spinner("First start: loading the demo run logs"):
            catalog.add_demo_runs(store())
        known = _pairs(version())
    return known


def runs(application: str, cluster: str) -> pd.DataFrame:
    """Runs of a pair that models may learn from."""
    return _runs(application, cluster, version())


def models(application: str, cluster: str) -> dict[str, catalog.Champion]:
    """The champion of each scenario of a pair; fitted now where there is none."""
    if not catalog.has_models(store(), application, cluster):
        with st.status(f"Fitting the models of {application} on {cluster}", expanded=True) as status:
            for outcome in catalog.fit(store(), application, cluster, catalog.FIRST_SCENARIOS):
                st.write(f"Scenario {outcome.scenario}: {outcome.refused or 'fitted'}")
            status.update(label="Models fitted", state="complete", expanded=False)
    return _models(application, cluster, version())


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
    """Every version of the models of a pair, as `store.registry.Registry.load` says them, archived ones too."""
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


@st.cache_resource(max_entries=8, show_spinner="Loading models")
def _models(application: str, cluster: str, version: int) -> dict[str, catalog.Champion]:
    return catalog.champions(store(), application, cluster)
