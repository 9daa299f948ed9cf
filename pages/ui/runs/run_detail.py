"""One run: what it was, how it ended, and what happened inside."""

from __future__ import annotations

import html
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from pages.ui.runs import timeline
from pages.ui.runs.run_list import LABELS
from pages.ui.shared import formats, shown, state
from pages.ui.shared.charts import FRAME, LIMIT, patterned
from pages.ui.shared.shown import Card
from pages.ui.shared.text import code, counted, literal
from perfmodel.evidence.execution import executors
from store.frames import plain

GIB = 1 << 30
MOST_EXECUTORS = 24
FAILURES = {
    "oom_heap": "The Java heap of an executor was full. Ask for more memory an executor, or for fewer cores or images "
    "at a time.",
    "oom_python": "A Python worker ran out of memory. Leave more memory outside the Java heap, or take fewer images a "
    "partition or fewer cores an executor.",
    "oom_kill": "The system killed an executor that used more memory than it may. Ask for more memory or overhead, or "
    "for fewer cores.",
    "python_killed": "A Python worker ended without a word: most often the system killed it for its memory.",
    "launch": "Executors did not start. Look at the memory and cores that were asked for, and at what the nodes have.",
    "infrastructure": "An executor or a connection was lost for a reason outside of the job. Run it again.",
    "user_code": "The job's own code failed; the message below is its own.",
}
_PEAKS = {"peak_heap_bytes": "Java heap", "peak_jvm_bytes": "JVM, resident", "peak_python_bytes": "Python, resident"}
# Colour and pattern of each: never colour alone.
_PEAK_MARKS = (("#2C8FBF", ""), ("#7A5CC0", "/"), ("#D9822B", "x"))


def show(run: pd.Series) -> None:
    """Draw one run, a row of `store.runs.runs.Runs.page`."""
    st.header("One run")
    st.markdown(f"{code(run['run_id'])}: {code(run['application'])} on {code(run['cluster'])}, {run['origin']}")
    _figures(run)
    _failure(run)
    tasks, known = state.run_tasks(run["run_id"]), state.run_executors(run["run_id"])
    if tasks.empty and known.empty:
        st.info(_without_records(run["origin"]), icon=":material/info:")
    if len(tasks):
        _timeline(tasks)
    if len(tasks) or len(known):
        _executors(run, executors(tasks, known))
    with st.expander("All that is known of this run", icon=":material/list:"):
        shown.facts(facts(run), "run")


def facts(run: pd.Series) -> dict[str, str]:
    """Every value of a run that is known, its settings among them, as text by name."""
    values: dict[str, Any] = {LABELS[name]: plain(run[name]) for name in LABELS}
    values |= {f"settings: {name}": value for name, value in run["settings"].items()}
    return {name: _said(value) for name, value in values.items() if value is not None}


def _said(value: Any) -> str:
    return f"{value:,.6g}" if isinstance(value, float) and abs(value) < 1e6 else str(value)


def _figures(run: pd.Series) -> None:
    seconds = run["completion_time_s"]
    figures = [
        Card("Completion time", "none" if pd.isna(seconds) else formats.time_text(seconds)),
        Card("Executors x cores", f"{run['num_executors']} x {run['executor_cores']}"),
        Card("Executor memory", f"{run['executor_memory_gb']:g} GiB"),
        Card("Share of the data", f"{run['sampling_rate_pct']:g} %"),
    ]
    shown.cards(figures, width=150)


def _failure(run: pd.Series) -> None:
    if run["status"] == "ok":
        return
    reason = run["settings"].get("reason", "")
    kind = f" ({run['failure_kind']})" if run["failure_kind"] else ""
    text = FAILURES.get(run["failure_kind"], "Nothing more is known of why.")
    st.error(f"**{run['status']}{literal(kind)}**: {text}", icon=":material/error:")
    if reason:
        st.code(str(reason), language=None, wrap_lines=True)


def _without_records(origin: str) -> str:
    if origin == "reconstructed":
        return "This run was rebuilt from a published table, so there are no stages, tasks or executors to show."
    return (
        "There are no records of this run's stages, tasks and executors. Upload its Spark event log to see them, or "
        "profile with Sparkcast, which keeps them."
    )


def _timeline(tasks: pd.DataFrame) -> None:
    data = timeline.timeline_data(tasks)
    st.markdown("**Stages and tasks**")
    shown.chart(timeline.timeline_figure(data), "timeline", alt=timeline.timeline_text(data))
    if data.hidden:
        st.caption(f"{data.hidden:,} more lanes are not drawn; the tables below count all tasks.")
    shown.table(data.stages, "stages", column_config=_stage_columns(), alt="Stages of the run")
    reasons = tasks.loc[tasks["failed"].fillna(False).astype(bool), "reason"].dropna()
    if len(reasons):
        with st.expander(f"Why task attempts failed: {counted(reasons.nunique(), 'reason')}", icon=":material/error:"):
            for reason in reasons.value_counts().index[:5]:
                st.code(reason[:5_000], language=None, wrap_lines=True)


def _stage_columns() -> dict[str, Any]:
    seconds = {"start_s": "Starts at", "duration_s": "Takes", "median_task_s": "Median task",
               "longest_task_s": "Longest task"}  # fmt: skip
    config: dict[str, Any] = {
        name: st.column_config.NumberColumn(f"{label} (s)", format="%.2f") for name, label in seconds.items()
    }
    names = {"stage_id": "Stage", "stage_attempt": "Attempt", "tasks": "Task attempts", "failed": "Failed"}
    return config | names | {"gc_share": st.column_config.NumberColumn("Garbage collection", format="percent")}


def _executors(run: pd.Series, table: pd.DataFrame) -> None:
    st.markdown("**Executors**")
    if table[list(_PEAKS)].notna().any(axis=None):
        data = memory_data(table)
        shown.chart(memory_figure(data, run["executor_memory_gb"]), "memory", alt=memory_text(data, run))
    in_gib = table.assign(**{name: table[name].astype("Float64") / GIB for name in _PEAKS}).dropna(axis=1, how="all")
    shown.table(in_gib, "executors", column_config=_executor_columns(), alt="Executors of the run")


def _executor_columns() -> dict[str, Any]:
    names = {"executor_id": "Executor", "host": "Host", "cores": "Cores", "tasks": "Task attempts", "failed": "Failed",
             "removed_reason": "Removed because"}  # fmt: skip
    peaks = {
        name: st.column_config.NumberColumn(f"{label} (GiB)", format="%.2f", help="The most that was seen.")
        for name, label in _PEAKS.items()
    }
    work = st.column_config.NumberColumn("Task time (s)", format="%.1f", help="The sum over its tasks.")
    return (
        names
        | peaks
        | {"task_s": work, "gc_share": st.column_config.NumberColumn("Garbage collection", format="percent")}
    )


def memory_data(table: pd.DataFrame) -> pd.DataFrame:
    """The executors with the highest peaks, in GiB, at most `MOST_EXECUTORS`: ``executor_id`` and the peaks."""
    gib = table[["executor_id"]].assign(**{name: table[name].astype("float64") / GIB for name in _PEAKS})
    highest = gib[list(_PEAKS)].max(axis=1).nlargest(MOST_EXECUTORS).index
    return gib.loc[sorted(highest)].reset_index(drop=True)


def memory_figure(data: pd.DataFrame, heap_gb: float) -> go.Figure:
    """Draw the peaks beside the heap that was asked for."""
    figure = go.Figure()
    for (name, label), (color, pattern) in zip(_PEAKS.items(), _PEAK_MARKS, strict=True):
        if data[name].notna().any():
            figure.add_bar(x=[f"executor {html.escape(one)}" for one in data["executor_id"]], y=data[name], name=label)
            figure.data[-1].update(
                marker=patterned(pattern) | {"color": color},
                hovertemplate="%{x}: %{y:.2f} GiB<extra>" + label + "</extra>",
            )
    figure.add_hline(heap_gb, annotation_text="memory asked for", **LIMIT)
    figure.layout.annotations[0].update(xanchor="left", x=0)
    return figure.update_layout(
        FRAME,
        height=300,
        yaxis={"title": "Highest memory seen (GiB)", "rangemode": "tozero"},
        xaxis={"type": "category"},
        barmode="group",
    )


def memory_text(data: pd.DataFrame, run: pd.Series) -> str:
    """Say what the chart shows, for those who do not see it."""
    peaks = ", ".join(
        f"{label} {data[name].max():.2f} GiB" for name, label in _PEAKS.items() if data[name].notna().any()
    )
    return f"Highest memory seen in any executor: {peaks}; {run['executor_memory_gb']:g} GiB were asked for."
