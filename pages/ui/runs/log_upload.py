"""Uploading Spark event logs: what they tell, and a form for what no log knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from pages.ui.shared import access, shown, state
from pages.ui.shared.text import code, counted
from store import Imported
from store.eventlogs.entries import of_bytes
from store.eventlogs.imports import Preview, Refused, preview
from store.eventlogs.run import RECOMMENDED, Supplied
from store.eventlogs.table import table

_PREVIEW = "log_preview"
_LABELS = {
    "log": "Log",
    "spark_version": "Spark",
    "codec": "Codec",
    "num_executors": "Executors",
    "executor_cores": "Cores each",
    "executor_memory_gb": "Memory (GiB)",
    "tasks": "Tasks",
    "completion_time_s": "Seconds",
    "status": "Status",
    "remarks": "Remarks",
}


def show(file_id: str, content: bytes, name: str, application: str, cluster: str) -> list[Imported | Refused]:
    """Draw what the logs say, and the form; return what was imported, nothing as long as the user looks."""
    found = _preview(file_id, content, name)
    usable = [one for one in found if isinstance(one, Preview) and one.run.refusal is None]
    st.markdown(f"{code(name)}: {counted(len(found), 'Spark event log')}, {len(usable):,} with a run in it")
    rows = table(found).dropna(axis=1, how="all").convert_dtypes()
    shown.table(rows, "event-logs", column_config=_LABELS, alt="What each event log says of its run")
    if not usable:
        st.info("None of these logs has a run that can be stored; the remarks say why.", icon=":material/info:")
        return []
    asked = prefilled(usable, {"application": application, "cluster": cluster})
    supplied = _form(file_id, unknown(usable), asked, len(usable))
    if supplied is None:
        return []
    if problem := missing(supplied, usable):
        st.error(problem, icon=":material/error:")
        return []
    with st.spinner("Storing the runs"):
        return _store(content, name, supplied)


@access.changes
def _store(content: bytes, name: str, supplied: Supplied) -> list[Imported | Refused]:
    return state.store().eventlogs.add(of_bytes(content, name), supplied, access.account())


def unknown(previews: Sequence[Preview]) -> set[str]:
    """Run-log columns that some of these logs should have known and do not."""
    return {column for one in previews for column in one.run.unknown}


def prefilled(previews: Sequence[Preview], chosen: Mapping[str, str]) -> dict[str, Any]:
    """What to ask with: what all logs say alike, what was chosen where none says; None where each says its own."""
    asked: dict[str, Any] = {}
    for name in RECOMMENDED:
        said = _said(previews, name)
        asked[name] = said[0] if len(set(said)) == 1 else None
        if not any(said):
            asked[name] = chosen.get(name)
    return asked


def _said(previews: Sequence[Preview], name: str) -> list[Any]:
    """What each log says of its recommendation: an exported configuration says what it is for."""
    return [one.run.row["settings"].get("recommended", {}).get(name) for one in previews]


def missing(supplied: Supplied, previews: Sequence[Preview]) -> str:
    """What must still be said of some of these logs, in words; empty when nothing."""
    lacking = [name for name in ("application", "cluster") if _is_unsaid(name, supplied, previews)]
    counted = None not in (supplied.input_images, supplied.dataset_images)
    if not counted and _is_unsaid("sampling_rate_pct", supplied, previews):
        lacking.append("the share of the data set, or both numbers of images")
    return f"Say also: {', '.join(lacking)}." if lacking else ""


def _is_unsaid(name: str, supplied: Supplied, previews: Sequence[Preview]) -> bool:
    return not getattr(supplied, name) and not all(_said(previews, name))


def _preview(file_id: str, content: bytes, name: str) -> list[Preview | Refused]:
    if st.session_state.get(_PREVIEW, (None,))[0] != file_id:
        with st.spinner("Reading the event log"):
            st.session_state[_PREVIEW] = file_id, preview(of_bytes(content, name))
    return st.session_state[_PREVIEW][1]


def _form(file_id: str, unknown: set[str], asked: Mapping[str, Any], count: int) -> Supplied | None:
    """What a log cannot know; None until it is sent."""
    pairs = state.pairs()
    with st.form(f"log_{file_id}"):
        st.markdown("**What a log does not say**")
        with st.grid(4, min_column_width=200):
            values = {
                "application": _name(
                    "Application", pairs["application"], asked["application"], "The CNN job, such as resnet50."
                ),
                "cluster": _name("Cluster", pairs["cluster"], asked["cluster"], "The environment that it ran on."),
                "sampling_rate_pct": _number(
                    "Share of the data set (%)", 10_000.0, "Or both numbers of images.", asked["sampling_rate_pct"]
                ),
                "input_images": _count("Images processed", "What this application classified."),
                "dataset_images": _count("Images in the data set", "All that there are."),
                "images_per_partition": _count(
                    "Images a partition", "Images of one task.", asked["images_per_partition"]
                ),
                "campaign": st.text_input("Campaign", help="The planned set of runs that it belongs to.") or None,
            } | _not_logged(unknown)
        sent = st.form_submit_button(
            f"Import {counted(count, 'run')}", icon=":material/upload:", **access.options_of_act()
        )
    return Supplied(**values) if sent else None


def _not_logged(unknown: set[str]) -> dict[str, Any]:
    """Fields for what these logs should have said."""
    values: dict[str, Any] = {}
    if "num_executors" in unknown:
        values["num_executors"] = _count("Executors", "The log does not say.")
    if "executor_cores" in unknown:
        values["executor_cores"] = _count("Cores an executor", "The log does not say.")
    if "executor_memory_gb" in unknown:
        values["executor_memory_gb"] = _number("Memory an executor (GiB)", 1_000.0, "The log does not say.")
    return values


def _name(label: str, known: Sequence[str], chosen: str | None, help: str) -> str | None:
    options = sorted(set(known) | ({chosen} if chosen else set()))
    index = options.index(chosen) if chosen else None
    return st.selectbox(
        label, options, index, accept_new_options=True, help=help, placeholder="As each log says, or choose"
    )


def _number(label: str, most: float, help: str, value: float | None = None) -> float | None:
    start = value if value is not None and value <= most else None  # a log is data
    return st.number_input(label, 0.0, most, value=start, help=help) or None


def _count(label: str, help: str, value: int | None = None) -> int | None:
    most = 1_000_000_000
    start = value if value is not None and 1 <= value <= most else None
    return st.number_input(label, 1, most, value=start, step=1, help=help)
