"""What a model got wrong: predicted against actual, errors by feature, and how often intervals hold."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from pages.ui.shared.charts import FRAME, LIMIT, LINE, OTHER, POINT, log_axis, time_unit
from pages.ui.shared.formats import time_text
from perfmodel.scores.accuracy import HELD_OUT, PAPER

PROTOCOLS = {PAPER: "By the model of all runs", HELD_OUT: "Honest: never seen"}
FEATURES = {
    "num_executors": "Executors",
    "executor_cores": "Cores an executor",
    "executor_memory_gb": "Memory an executor (GiB)",
    "images_per_partition": "Images a partition",
    "sampling_rate_pct": "Share of the data set (%)",
}


def actual_figure(found: pd.DataFrame) -> go.Figure:
    """Predicted over actual time of each run; on the line is right."""
    size, unit = time_unit(found["actual_s"].max())
    both = found.loc[found["predicted_s"] > 0, ["actual_s", "predicted_s"]] / size  # the axes are logarithmic
    ends = [both.min().min(), both.max().max()]
    figure = go.Figure()
    figure.add_scatter(x=ends, y=ends, mode="lines", name="Exactly right", line={"color": OTHER, "dash": "dash"})
    figure.data[-1].hoverinfo = "skip"
    figure.add_scattergl(
        x=found["actual_s"] / size, y=found["predicted_s"] / size, mode="markers", name="A run",
        marker={"color": LINE, "size": 7, "opacity": 0.45}, text=[_run(row) for row in found.to_dict("records")],
        hovertemplate="%{text}<extra></extra>",
    )  # fmt: skip
    return figure.update_layout(
        FRAME,
        height=420,
        xaxis=log_axis(f"Actual ({unit})", *ends),
        yaxis=log_axis(f"Predicted ({unit})", *ends),
    )


def _run(row: dict) -> str:
    return (
        f"{row['num_executors']:g} x {row['executor_cores']:g} cores, {row['sampling_rate_pct']:g} %: actual "
        f"{time_text(row['actual_s'])}, predicted {time_text(row['predicted_s'])} "
        f"({row['relative_residual_pct']:+.1f} %)"
    )


def actual_text(found: pd.DataFrame) -> str:
    """Say what the chart shows, for those who do not see it."""
    wrong = found["relative_residual_pct"].abs()
    return (
        f"Predicted against actual time of {len(found):,} runs: half are within {wrong.median():.1f} % of the actual "
        f"time, 95 of 100 within {wrong.quantile(0.95):.1f} %."
    )


def feature_figure(found: pd.DataFrame, column: str) -> go.Figure:
    """Relative residuals at each level of a feature, as boxes."""
    figure = go.Figure()
    for level, rows in found.groupby(column):
        figure.add_box(
            y=rows["relative_residual_pct"], name=f"{level:g}", boxpoints="outliers", showlegend=False,
            marker={"color": LINE, "size": 4}, line={"width": 1.5},
        )  # fmt: skip
    figure.add_hline(0, **LIMIT)
    return figure.update_layout(
        FRAME,
        height=400,
        xaxis={"title": FEATURES[column], "type": "category"},
        yaxis={"title": "Actual minus predicted (% of actual)"},
    )


def feature_text(found: pd.DataFrame, column: str) -> str:
    """Say what the chart shows, for those who do not see it."""
    medians = found.groupby(column)["relative_residual_pct"].median()
    said = ", ".join(f"{level:g}: {value:+.1f} %" for level, value in medians.items())
    return f"Median residual by {FEATURES[column].lower()}: {said}."


def feature_table(found: pd.DataFrame, column: str) -> pd.DataFrame:
    """The boxes as numbers."""
    spread = found.groupby(column)["relative_residual_pct"].describe(percentiles=[0.05, 0.5, 0.95])
    names = {"count": "Runs", "5%": "5 of 100 below (%)", "50%": "Median (%)", "95%": "95 of 100 below (%)"}
    table = spread[list(names)].rename(columns=names).round(1).astype({"Runs": int})
    return table.reset_index(names=FEATURES[column])


def coverage_figure(found: pd.DataFrame) -> go.Figure:
    """Share of times inside the intervals over the share promised; on the line is right."""
    percent = found[["level", "seen", "unseen"]] * 100
    figure = go.Figure()
    figure.add_scatter(
        x=[45, 100], y=[45, 100], mode="lines", name="As promised", line={"color": OTHER, "dash": "dash"}
    )
    for column, name, color, symbol in (
        ("seen", "Profiled configurations", LINE, "circle"),
        ("unseen", "Configurations never seen", POINT, "diamond"),
    ):
        if percent[column].notna().any():
            figure.add_scatter(x=percent["level"], y=percent[column], mode="lines+markers", name=name)
            figure.data[-1].update(line_color=color, marker={"symbol": symbol, "size": 10})
            figure.data[-1].hovertemplate = "promised %{x:.0f} %: %{y:.1f} % inside<extra></extra>"
    return figure.update_layout(
        FRAME,
        height=400,
        xaxis={"title": "Promised (%)"},
        yaxis={"title": "Inside the interval (%)", "range": [0, 103]},
    )


def coverage_text(found: pd.DataFrame) -> str:
    """Say what the chart shows, for those who do not see it."""
    said = [
        f"{row['level']:.0%} promised: {row['seen']:.0%} of the runs"
        + ("" if pd.isna(row["unseen"]) else f", {row['unseen']:.0%} of what was never seen")
        for _, row in found.iterrows()
    ]
    return f"Coverage of the intervals. {'; '.join(said)}."
