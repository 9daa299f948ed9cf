"""The curves that a two-level scenario fitted, beside the points that it learned from."""

from __future__ import annotations

import plotly.graph_objects as go

from pages.ui.shared.charts import FRAME, LINE, POINT, time_unit
from perfmodel.curves import Curve

_TITLES = {
    "num_executors": "Executors",
    "executor_cores": "Cores an executor",
    "sampling_rate_pct": "Share of the data set (%)",
    "product": "Product of the level-1 predictions",
}


def curve_title(curve: Curve) -> str:
    """The level and what was chosen for it."""
    level = "Level 2" if curve.level == "final" else f"Level 1: {_TITLES[curve.column].removesuffix(' (%)').lower()}"
    return f"{level}, by {curve.technique.replace('_', ' ')}"


def curve_figure(curve: Curve) -> go.Figure:
    """Draw one curve and its points."""
    is_last = curve.level == "final"
    size, unit = time_unit(curve.points["y"].max()) if is_last else (1.0, "")
    figure = go.Figure()
    figure.add_scatter(x=curve.points["x"], y=curve.points["y"] / size, mode="markers", name="Averaged runs")
    figure.data[-1].update(marker={"color": POINT, "symbol": "circle-open", "size": 7, "line": {"width": 1.6}})
    figure.add_scatter(x=curve.line["x"], y=curve.line["y"] / size, mode="lines", name="Fitted")
    figure.data[-1].update(line={"color": LINE, "width": 2.5})
    return figure.update_layout(
        FRAME,
        height=300,
        xaxis={"title": _TITLES[curve.column]},
        yaxis={"title": f"Completion time ({unit})" if is_last else "Scaled completion time", "rangemode": "tozero"},
    )


def curve_text(curve: Curve) -> str:
    """Say what the chart shows, for those who do not see it."""
    first, last = curve.line.iloc[0], curve.line.iloc[-1]
    return (
        f"{curve_title(curve)}: from {first['y']:.3g} at {first['x']:.3g} to {last['y']:.3g} at {last['x']:.3g}, "
        f"{len(curve.points)} points."
    )
