"""Upload: a file is looked at, shown with everything that is wrong, and stored when the user says so."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.ui.runs import log_upload, table_upload
from pages.ui.shared import state
from pages.ui.shared.text import code, counted, literal
from store import Imported
from store.eventlogs.entries import of_bytes
from store.eventlogs.imports import Refused
from store.runlog import template

_OUTCOMES = "upload_outcomes"
_COUNT = "upload_count"


@st.fragment
def show(application: str, cluster: str) -> None:
    """Draw the uploader, and what came of the last file."""
    count = st.session_state.setdefault(_COUNT, 0)
    file = st.file_uploader(
        "Run log or Spark event log",
        key=f"upload_{count}",
        help="Run logs as CSV, Parquet, JSON or Excel. Event logs as Spark wrote them, compressed or rolled; several "
        "as one zip or tar archive. Nothing in a file is ever run, and nothing is stored before you say so.",
    )
    if file is None:
        for outcome in st.session_state.get(_OUTCOMES, ()):
            _say(outcome)
        _how_to_begin()
        return
    with state.errors_on_page():
        content = file.getvalue()
        is_log = state.store().eventlogs.recognises(of_bytes(content, file.name))
        form = log_upload.show if is_log else table_upload.show
        outcomes = form(file.file_id, content, file.name, application, cluster)
    if outcomes:
        st.session_state[_OUTCOMES] = outcomes
        st.session_state[_COUNT] = count + 1
        st.rerun()


def _say(outcome: Imported | Refused) -> None:
    if isinstance(outcome, Refused):
        st.error(f"{code(outcome.name)} was not stored. {literal(outcome.reason)}", icon=":material/error:")
        return
    known = f", {outcome.already_there:,} already there" if outcome.already_there else ""
    left_out = f", {counted(outcome.left_out, 'row')} left out" if outcome.left_out else ""
    text = f"{code(outcome.name)}: {counted(outcome.added, 'run')} added{known}{left_out}."
    st.success(text, icon=":material/check_circle:")
    say_notes(outcome.notes)


def say_notes(notes: Sequence[str]) -> None:
    """Say what the user should know."""
    for note in notes:
        st.caption(f"Note: {literal(note)}")


def _how_to_begin() -> None:
    st.markdown(
        "One row a run: application, cluster, executors, cores, memory, share of the data, and the time it took. "
        "Column names such as `spark.executor.memory` or `duration_ms` are understood, and so is `8g`."
    )
    st.download_button(
        "Download a template", template(), "run-log-template.csv", "text/csv", icon=":material/download:",
        on_click="ignore",
    )  # fmt: skip
