"""Fits that run beside the app: on other processes, watched from any page, by any user."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

import streamlit as st

from pages.ui.shared import state
from perfmodel import catalog
from perfmodel.fitting.spread import Spread, beside
from store import SparkcastError, Store


@dataclass
class Fit:
    """A fit of several scenarios of one pair, going on or ended; its thread writes, pages read.

    Attributes
    ----------
    application, cluster : str
    scenarios : tuple of str
    outcomes : list of FitOutcome
        Of the scenarios that are done.
    error : str
        Why it ended early; empty otherwise.
    started, ended : threading.Event
        It left the queue; it is over.
    stopping : threading.Event
        Somebody asked it to stop; it does so after the next scenario.
    """

    application: str
    cluster: str
    scenarios: tuple[str, ...]
    outcomes: list[catalog.FitOutcome] = field(default_factory=list)
    error: str = ""
    started: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def share(self) -> float:
        """How much is done, from 0 to 1."""
        return len(self.outcomes) / len(self.scenarios)


class Fits:
    """The fits of this app: one after the other, so that the cores serve one at a time.

    Parameters
    ----------
    store : Store
        Where runs come from and models go; only this process touches it.
    spread : Spread
        Where the work is done.
    """

    def __init__(self, store: Store, spread: Spread = beside) -> None:
        self._store = store
        self._spread = spread
        self._fits: dict[tuple[str, str], Fit] = {}
        self._guard = threading.Lock()
        self._turn = threading.Lock()

    def of(self, application: str, cluster: str) -> Fit | None:
        """The latest fit of a pair."""
        return self._fits.get((application, cluster))

    def start(self, application: str, cluster: str, scenarios: Sequence[str], techniques: Sequence[str]) -> Fit:
        """Begin a fit and return at once; one that goes on for this pair is returned instead."""
        with self._guard:
            known = self.of(application, cluster)
            if known is not None and not known.ended.is_set():
                return known
            fit = self._fits[application, cluster] = Fit(application, cluster, tuple(scenarios))
        threading.Thread(target=self._run, args=(fit, tuple(techniques)), daemon=True).start()
        return fit

    def _run(self, fit: Fit, techniques: Sequence[str]) -> None:
        try:
            with self._turn:
                fit.started.set()
                self._collect(fit, techniques)
        except SparkcastError as error:
            fit.error = str(error)
        except Exception as error:  # a page shows it; there is nobody else to tell in this thread
            fit.error = f"the fit failed unexpectedly ({type(error).__name__}: {error}); try again"
        finally:
            fit.ended.set()

    def _collect(self, fit: Fit, techniques: Sequence[str]) -> None:
        pair = [(fit.application, fit.cluster)]
        for outcome in catalog.fit_pairs(self._store, pair, fit.scenarios, techniques, spread=self._spread):
            fit.outcomes.append(outcome)
            if fit.stopping.is_set():
                return


@st.cache_resource
def fits() -> Fits:
    """The fits of this app, whoever looks."""
    return Fits(state.store())
