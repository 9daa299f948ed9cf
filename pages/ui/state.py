"""What pages read from the store, cached for as long as the store stays the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pandas as pd
import streamlit as st

from perfmodel import catalog
from store import SparkcastError, Store, open_store


@contextmanager
def errors_on_page() -> Iterator[None]:
    """Show an error of ours as a message and end the page there."""
    try:
        yield
    except SparkcastError as error:
        st.error(str(error), icon=":material/error:")
        st.stop()


@st.cache_resource
def store() -> Store:
    """The store of this app: ``SPARKCAST_HOME``, else ``./.sparkcast``."""
    return open_store()


def pairs() -> pd.DataFrame:
    """Applications and clusters that have runs; a fresh store is given the demo data first."""
    known = _pairs(_version())
    if known.empty:
        with st.spinner("First start: loading the demo run logs"):
            catalog.add_demo_runs(store())
        known = _pairs(_version())
    return known


def runs(application: str, cluster: str) -> pd.DataFrame:
    """Runs of a pair that models may learn from."""
    return _runs(application, cluster, _version())


def models(application: str, cluster: str) -> dict[str, catalog.Champion]:
    """The champion of each scenario of a pair; fitted now where there is none."""
    if not catalog.has_models(store(), application, cluster):
        with st.status(f"Fitting the models of {application} on {cluster}", expanded=True) as status:
            for outcome in catalog.fit(store(), application, cluster, catalog.FIRST_SCENARIOS):
                st.write(f"Scenario {outcome.scenario}: {outcome.refused or 'fitted'}")
            status.update(label="Models fitted", state="complete", expanded=False)
    return _models(application, cluster, _version())


def _version() -> int:
    """A number that changes when the store does: part of every cache key. Runs that came in meanwhile are taken in."""
    store().inbox.drain()
    return store().home.database.stat().st_mtime_ns


@st.cache_data(max_entries=2, show_spinner=False)
def _pairs(version: int) -> pd.DataFrame:
    return store().runs.pairs()


@st.cache_data(max_entries=8, show_spinner="Loading runs")
def _runs(application: str, cluster: str, version: int) -> pd.DataFrame:
    return catalog.usable_runs(store(), application, cluster)


@st.cache_resource(max_entries=8, show_spinner="Loading models")
def _models(application: str, cluster: str, version: int) -> dict[str, catalog.Champion]:
    return catalog.champions(store(), application, cluster)
