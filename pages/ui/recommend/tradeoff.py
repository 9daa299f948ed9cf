"""The chart of time against cost: what no other configuration beats in both."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd
import plotly.graph_objects as go

from pages.ui.shared.charts import FRAME, LIMIT, LINE, POINT, time_unit
from pages.ui.shared.formats import money_text, time_text
from perfmodel.recommendation.advice import Advice


class Front(NamedTuple):
    """The Pareto front, and where the user stands on it.

    Attributes
    ----------
    rows : DataFrame
        The front, the fastest first.
    picked : Series
        The configuration that is shown.
    deadline_s, budget : float or None
        The limits.
    currency : str
    """

    rows: pd.DataFrame
    picked: pd.Series
    deadline_s: float | None
    budget: float | None
    currency: str


def front_data(advice: Advice, picked: pd.Series) -> Front:
    """Collect what the chart shows."""
    goal = advice.request.goal
    return Front(advice.recommendation.front, picked, goal.deadline_s, goal.budget, advice.request.currency)


def front_figure(front: Front) -> go.Figure:
    """Draw cost over time, the limits, and the picked configuration."""
    size, unit = time_unit(front.rows["safe_s"].max())
    figure = go.Figure()
    figure.add_scatter(
        x=front.rows["safe_s"] / size,
        y=front.rows["safe_cost"],
        mode="lines+markers",
        line={"color": LINE, "width": 2, "shape": "hv"},
        marker_size=9,
        selected_marker_opacity=1,
        unselected_marker_opacity=1,  # what is picked has the diamond
        text=[_name(row) for _, row in front.rows.iterrows()],
        hovertemplate="%{text}<extra></extra>",
        name="No other is faster and cheaper",
    )
    figure.add_scatter(
        x=[front.picked["safe_s"] / size],
        y=[front.picked["safe_cost"]],
        mode="markers",
        marker={"color": POINT, "size": 17, "symbol": "diamond-open", "line": {"width": 3}},
        name="Shown above",
        hoverinfo="skip",
    )
    if front.deadline_s is not None:
        figure.add_vline(front.deadline_s / size, annotation_text="deadline", annotation_xshift=4, **LIMIT)
    if front.budget is not None:
        figure.add_hline(front.budget, annotation_text="budget", **LIMIT)
    return figure.update_layout(
        FRAME,
        height=380,
        xaxis={"title": f"Time to count on ({unit})", "rangemode": "tozero"},
        yaxis={"title": f"Cost ({front.currency})", "rangemode": "tozero"},
        hovermode="closest",
    )


def front_text(front: Front) -> str:
    """Say what the chart shows, for those who do not see it."""
    first, last = front.rows.iloc[0], front.rows.iloc[-1]
    return (
        f"Cost against time of {len(front.rows)} configurations that no other beats in both: from "
        f"{time_text(first['safe_s'])} at {money_text(first['safe_cost'], front.currency)} to "
        f"{time_text(last['safe_s'])} at {money_text(last['safe_cost'], front.currency)}."
    )


def front_table(front: Front) -> pd.DataFrame:
    """The front in words."""
    return pd.DataFrame(
        {
            "Executors": front.rows["num_executors"],
            "Cores": front.rows["executor_cores"],
            "Memory (GiB)": front.rows["executor_memory_gb"],
            "Time to count on": [time_text(seconds) for seconds in front.rows["safe_s"]],
            "Cost": [money_text(amount, front.currency) for amount in front.rows["safe_cost"]],
        }
    )


def _name(row: pd.Series) -> str:
    return (
        f"{row['num_executors']:.0f} x {row['executor_cores']:.0f} cores, {row['executor_memory_gb']:g} GiB: "
        f"{time_text(row['safe_s'])}"
    )
