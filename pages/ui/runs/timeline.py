"""The chart of one run: which task ran where and when."""

from __future__ import annotations

import html
from typing import NamedTuple

import pandas as pd
import plotly.graph_objects as go

from pages.ui.shared.charts import FRAME
from pages.ui.shared.formats import time_text
from pages.ui.shared.text import counted
from perfmodel.evidence.execution import stages, timeline

LANES = 48
FAILED = "#C0392B"
# Of stages, in turn; all readable on light and dark. Colour is not alone: the hover text and the table name the stage.
_COLORS = ("#2C8FBF", "#D9822B", "#7A5CC0", "#2A9D8F", "#B8457C", "#A08A1F")


class Timeline(NamedTuple):
    """Bars on lanes.

    Attributes
    ----------
    bars : DataFrame
        As from `perfmodel.evidence.execution.timeline`, with ``lane``, the name of the row; those of the first `LANES`
        lanes.
    lanes : list of str
        From top to bottom.
    hidden : int
        Lanes that are not drawn.
    stages : DataFrame
        As from `perfmodel.evidence.execution.stages`.
    end_s : float
        When the last task ended.
    """

    bars: pd.DataFrame
    lanes: list[str]
    hidden: int
    stages: pd.DataFrame
    end_s: float


def timeline_data(tasks: pd.DataFrame) -> Timeline:
    """Lay the tasks of a run out."""
    bars = timeline(tasks)
    slots = bars.groupby("executor_id", dropna=False)["slot"].transform("max")
    executors = bars["executor_id"].fillna("unknown").astype(str)
    cores = [f", slot {slot + 1}" if most else "" for slot, most in zip(bars["slot"], slots, strict=True)]
    bars = bars.assign(lane="executor " + executors + cores)
    lanes = list(dict.fromkeys(bars["lane"]))
    end_s = float(bars["end_s"].max()) if len(bars) else 0.0
    shown = bars[bars["lane"].isin(lanes[:LANES])]
    return Timeline(shown, lanes[:LANES], max(0, len(lanes) - LANES), stages(tasks), end_s)


def timeline_figure(data: Timeline) -> go.Figure:
    """Draw a bar a task, a lane a slot, a colour a stage; failed attempts are hatched."""
    figure = go.Figure()
    groups = data.bars.groupby(["stage_id", "failed"], dropna=False)
    names = dict.fromkeys(_stage_name(stage, failed=False) for stage in data.bars["stage_id"])
    colors = {name: _COLORS[place % len(_COLORS)] for place, name in enumerate(names)}
    for (stage, failed), bars in groups:
        color = FAILED if failed else colors[_stage_name(stage, failed=False)]
        figure.add_bar(
            y=[html.escape(lane) for lane in bars["lane"]],
            x=bars["end_s"] - bars["start_s"],
            base=bars["start_s"],
            orientation="h",
            name=_stage_name(stage, failed),
            marker={"color": color, "line": {"width": 0.5, "color": "rgba(128,128,128,0.5)"}},
            marker_pattern_shape="/" if failed else "",
            text=[_bar_text(bar) for bar in bars.itertuples()],
            textposition="none",
            hovertemplate="%{text}<extra></extra>",
        )
    return figure.update_layout(
        FRAME,
        barmode="overlay",
        bargap=0.25,
        height=110 + 24 * len(data.lanes),
        xaxis={"title": "Seconds since the first task started", "rangemode": "tozero"},
        yaxis={"categoryorder": "array", "categoryarray": [html.escape(lane) for lane in reversed(data.lanes)]},
        showlegend=len(groups) <= 12,
    )


def timeline_text(data: Timeline) -> str:
    """Say what the chart shows, for those who do not see it."""
    tasks, failed = int(data.stages["tasks"].sum()), int(data.stages["failed"].sum())
    trouble = f", {failed:,} of them failed" if failed else ""
    return (
        f"Timeline of {counted(tasks, 'task attempt')}{trouble}, in {counted(len(data.stages), 'stage')} on "
        f"{counted(len(data.lanes) + data.hidden, 'slot')} of executors, over {time_text(data.end_s)}."
    )


def _stage_name(stage: float, failed: bool) -> str:
    name = "stage unknown" if pd.isna(stage) else f"stage {stage:.0f}"
    return f"{name}, failed" if failed else name


def _bar_text(bar: object) -> str:
    many = f"{bar.tasks:,} tasks" if bar.tasks > 1 else "task"
    times = f"{bar.start_s:,.2f} s to {bar.end_s:,.2f} s"
    return f"{html.escape(bar.lane)}: {many} of {_stage_name(bar.stage_id, bar.failed)}, {times}"
