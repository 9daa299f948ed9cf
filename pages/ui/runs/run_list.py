"""The list of runs: filters, order, pages, selection and download."""

from __future__ import annotations

from typing import Any, NamedTuple

import pandas as pd
import streamlit as st

from pages.ui.shared import formats, origins, state
from pages.ui.shared.text import counted
from store.runlog import BY_NAME, ORIGINS, STATUSES
from store.runs.selection import SORTABLE, Order, Selection
from store.spreadsheet import typed_csv

ROWS = 100
PAIR, EVERYTHING = "This application and cluster", "Everything"
LABELS = {
    "run_id": "Run",
    "application": "Application",
    "cluster": "Cluster",
    "num_executors": "Executors",
    "executor_cores": "Cores each",
    "total_cores": "Cores in all",
    "executor_memory_gb": "Memory (GiB)",
    "images_per_partition": "Images a partition",
    "sampling_rate_pct": "Share of data (%)",
    "input_images": "Images",
    "dataset_images": "Images in the data set",
    "completion_time_s": "Seconds",
    "status": "Status",
    "failure_kind": "Failure",
    "started_at": "Started (UTC)",
    "spark_version": "Spark",
    "campaign": "Campaign",
    "repeat": "Repeat",
    "origin": "Origin",
}
_STATUS_COLORS = ["green", "orange", "red", "gray"]  # in the order of STATUSES; the word says it as well
_IN_FRONT = ["started_at", "status", "time", "completion_time_s", "num_executors", "executor_cores"]
_BEHIND = ["executor_memory_gb", "images_per_partition", "sampling_rate_pct", "failure_kind", "origin"]
_LAST = ["campaign", "repeat", "spark_version", "run_id"]


class Listed(NamedTuple):
    """What the list shows.

    Attributes
    ----------
    selection, order : Selection, Order
        What the user asked for.
    total : int
        Runs that pass.
    page : DataFrame
        Those on the screen.
    picked : DataFrame
        Those of them that the user selected.
    """

    selection: Selection
    order: Order
    total: int
    page: pd.DataFrame
    picked: pd.DataFrame


def show(application: str, cluster: str) -> Listed:
    """Draw the filters and the list; say what was picked."""
    selection, order = _asked(application, cluster)
    counts = state.run_counts(selection)
    total = int(counts["runs"].sum())
    _summary(counts, total)
    number = _page_number(total, selection, order)
    page = state.run_page(selection, order, (number - 1) * ROWS, ROWS)
    picked = _table(page, selection, order, number) if total else page
    return Listed(selection, order, total, page, picked)


def _asked(application: str, cluster: str) -> tuple[Selection, Order]:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        words = st.text_input(
            "Find", key="find", bind="query-params", type="search", width=260, placeholder="run, campaign, failure",
            help="Part of a run's id, application, cluster, campaign, status, failure or Spark version.",
        )  # fmt: skip
        column = st.selectbox(
            "Sort by", SORTABLE, SORTABLE.index("started_at"), format_func=LABELS.__getitem__, key="sort",
            bind="query-params", width=200,
        )  # fmt: skip
        descending = st.segmented_control(
            "Order", ["Descending", "Ascending"], default="Descending", required=True, key="order", bind="query-params"
        )
        with st.popover("Filter", icon=":material/filter_list:"):
            filters = _filters()
    pair = filters.pop("runs_of") == PAIR
    names = {"application": application, "cluster": cluster} if pair else {}
    return Selection(words=words.strip(), **names, **filters), Order(column, descending == "Descending")


def _filters() -> dict[str, Any]:
    return {
        "runs_of": st.radio("Runs of", [PAIR, EVERYTHING], key="runs_of", bind="query-params"),
        "statuses": tuple(st.pills("Status", STATUSES, selection_mode="multi", key="status", bind="query-params")),
        "origins": tuple(st.pills("Origin", ORIGINS, selection_mode="multi", key="origin", bind="query-params")),
        "campaigns": tuple(st.multiselect("Campaign", state.campaigns(), key="campaign", bind="query-params")),
    }


def _summary(counts: pd.DataFrame, total: int) -> None:
    by_status = counts.groupby("status")["runs"].sum()
    parts = ", ".join(f"{by_status[status]:,} {status}" for status in STATUSES if status in by_status.index)
    st.markdown(f"**{counted(total, 'run')}**" + (f": {parts}" if parts else ""))
    origins.show_counts(counts.groupby("origin")["runs"].sum())


def _page_number(total: int, selection: Selection, order: Order) -> int:
    """The page that the user is on; the first one again when something else is asked for."""
    pages = max(1, -(-total // ROWS))
    if pages == 1:
        return 1
    return st.pagination(pages, key=f"page_{hash((selection, order, pages))}")


def _table(page: pd.DataFrame, selection: Selection, order: Order, number: int) -> pd.DataFrame:
    """Draw one page; return the rows that are selected."""
    names = [] if selection.application else ["application", "cluster"]
    shown = [*_IN_FRONT, *_BEHIND, *names, *_LAST]
    known = [name for name in shown if name in ("time", "run_id") or page[name].notna().any()]
    times = [_time(seconds) for seconds in page["completion_time_s"]]
    rows = page.assign(time=times, status=[[status] for status in page["status"]])[known]
    event = st.dataframe(
        rows, hide_index=True, column_config=_columns(), on_select="rerun", selection_mode="multi-row",
        height=min(420, 35 * len(rows) + 38), key=f"runs_{hash((selection, order, number))}",
        alt=f"Runs {(number - 1) * ROWS + 1} to {(number - 1) * ROWS + len(rows)}; select one to see what happened",
    )  # fmt: skip
    return page.iloc[[row for row in event.selection.rows if row < len(page)]]


def _columns() -> dict[str, Any]:
    config = {name: st.column_config.Column(label, help=BY_NAME[name].description) for name, label in LABELS.items()}
    seconds = st.column_config.NumberColumn(LABELS["completion_time_s"], format="%.1f")
    started = st.column_config.DatetimeColumn(LABELS["started_at"], format="YYYY-MM-DD HH:mm")
    status = st.column_config.MultiselectColumn(LABELS["status"], options=STATUSES, color=_STATUS_COLORS)
    return config | {"time": "Time", "completion_time_s": seconds, "started_at": started, "status": status}


def _time(seconds: float) -> str:
    return "–" if pd.isna(seconds) else formats.time_text(seconds)


def show_downloads(listed: Listed) -> None:
    """Offer what was selected, or all that pass, as a file that can be imported again."""
    with st.container(horizontal=True):
        if len(listed.picked):
            ids = tuple(listed.picked["run_id"])
            _download(f"Download {counted(len(ids), 'selected run')}", Selection(run_ids=ids), listed.order)
        every = "all " if listed.total > 1 else ""
        _download(f"Download {every}{counted(listed.total, 'run')}", listed.selection, listed.order)


def _download(label: str, selection: Selection, order: Order) -> None:
    store = state.store()
    st.download_button(
        label, lambda: typed_csv(store.runs.page(selection, order)), "sparkcast-runs.csv", "text/csv",
        icon=":material/download:", on_click="ignore",
        help="CSV in the run-log format. No cell becomes a formula in a spreadsheet.",
    )  # fmt: skip


def show_picked(picked: pd.DataFrame) -> None:
    """Say what several selected runs have in common, in figures."""
    times = picked["completion_time_s"].dropna()
    if times.empty:
        st.caption(f"{counted(len(picked), 'run')} selected, none with a completion time.")
        return
    low, mean, high = (formats.time_text(value) for value in (times.min(), times.mean(), times.max()))
    spread = f", standard deviation {100 * times.std() / times.mean():.1f} % of the mean" if len(times) > 1 else ""
    st.caption(f"{counted(len(picked), 'run')} selected: {low} to {high}, {mean} on average{spread}.")
