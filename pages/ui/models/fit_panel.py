"""Fitting new versions: what to fit, and how far it is."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.ui.models.fits import Fit, fits
from pages.ui.shared import access, state
from pages.ui.shared.formats import percent_text, time_text
from pages.ui.shared.text import counted, literal
from perfmodel.catalog import FIRST_SCENARIOS, FitOutcome
from perfmodel.regressor import DEFAULT_TECHNIQUES
from perfmodel.scenarios import SCENARIOS
from perfmodel.scores.accuracy import HELD_OUT, PAPER
from perfmodel.search.techniques import TECHNIQUES

LOOK_S = 1.0


def show(application: str, cluster: str) -> None:
    """Draw the form, or the fit that goes on."""
    if show_going_on(application, cluster):
        return
    known = fits().of(application, cluster)
    if known is not None:
        _outcomes(known)
    _form(application, cluster)


def show_going_on(application: str, cluster: str) -> bool:
    """Draw the fit that goes on; returns whether there is one."""
    known = fits().of(application, cluster)
    if known is None or known.ended.is_set():
        return False
    st.fragment(_watch, run_every=LOOK_S)(known)
    return True


def refusals(application: str, cluster: str) -> list[str]:
    """What the last fit of a pair did not do and why, in lines."""
    known = fits().of(application, cluster)
    if known is None:
        return []
    lines = [outcome_line(outcome) for outcome in known.outcomes if outcome.refused]
    return [f":material/error: {literal(known.error)}", *lines] if known.error else lines


def _form(application: str, cluster: str) -> None:
    with st.form("fit"):
        scenarios = st.pills(
            "Scenarios", list(SCENARIOS), selection_mode="multi", default=list(FIRST_SCENARIOS),
            format_func=lambda name: SCENARIOS[name].title,
            help="Each becomes a version of its own; the Compare page says what they mean and how good they are.",
        )  # fmt: skip
        techniques = st.pills(
            "Techniques to choose from", list(TECHNIQUES), selection_mode="multi", default=list(DEFAULT_TECHNIQUES),
            format_func=lambda name: name.replace("_", " "),
            help="The search picks the best of these for each level of a scenario.",
        )  # fmt: skip
        sent = st.form_submit_button("Fit", icon=":material/model_training:", **access.options_of_act())
    st.caption(
        "The fits run on other processes of this machine, and everybody can go on using the app. A version that was "
        "fitted before on the same runs, with the same settings and libraries, is not fitted again unless it is "
        "damaged; if it was archived it is restored."
    )
    if not sent:
        return
    if not scenarios or not techniques:
        st.error("Choose at least one scenario and one technique.", icon=":material/error:")
        return
    with state.errors_on_page():
        start_fit(application, cluster, scenarios, techniques)
    st.rerun()


@access.changes
def start_fit(application: str, cluster: str, scenarios: Sequence[str], techniques: Sequence[str]) -> None:
    """Begin to fit scenarios of a pair beside the app."""
    fits().start(application, cluster, scenarios, techniques)


def _watch(fit: Fit) -> None:
    """Rerun every second while the fit goes on, and the whole page once when it has ended."""
    if fit.ended.is_set():
        st.rerun()
    waiting = "" if fit.started.is_set() else "waiting for another fit, "
    done = f"{len(fit.outcomes)} of {counted(len(fit.scenarios), 'scenario')}"
    st.progress(fit.share, f"Fitting: {waiting}{done}")
    _lines(fit)
    if fit.stopping.is_set():
        st.caption("Stopping after the scenario that is being fitted.")
    elif access.button("Stop", icon=":material/stop_circle:"):
        with state.errors_on_page():
            _stop(fit)


@access.changes
def _stop(fit: Fit) -> None:
    fit.stopping.set()


def _outcomes(fit: Fit) -> None:
    if fit.error:
        st.error(literal(fit.error), icon=":material/error:")
    elif len(fit.outcomes) < len(fit.scenarios):
        st.warning(
            f"Stopped after {len(fit.outcomes)} of {counted(len(fit.scenarios), 'scenario')}.", icon=":material/stop:"
        )
    else:
        st.success(
            "The fit has ended. Promote a version to let the app answer with it.", icon=":material/check_circle:"
        )
    _lines(fit)


def _lines(fit: Fit) -> None:
    for outcome in fit.outcomes:
        st.markdown(outcome_line(outcome))


def outcome_line(outcome: FitOutcome) -> str:
    """One line about a scenario that was fitted, known or refused."""
    if outcome.refused:
        return f":material/block: Scenario {outcome.scenario}: not fitted. {literal(outcome.refused)}"
    known = "" if outcome.created else " (the same as before)"
    scores = f"{percent_text(outcome.accuracy.get(HELD_OUT))} never seen, {percent_text(outcome.accuracy.get(PAPER))} "
    return (
        f":material/check: Scenario {outcome.scenario}: version {outcome.version}{known}, accuracy {scores}by the "
        f"paper's protocol, t2 {time_text(outcome.t2_s)}"
    )
