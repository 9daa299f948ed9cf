"""The paper's tables 2-6 for any runs: the effect of each column, all else equal, as small multiples."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd
import plotly.graph_objects as go

from pages.ui.shared.charts import BAND, FRAME, LINE, POINT
from perfmodel.evidence.effects import EFFECT_COLUMNS, effects
from perfmodel.paper.published import CLUSTER, published_effects

TIME, TASK = "completion_time_s", "task_s"
TITLES = {
    "sampling_rate_pct": "Share of the data set (%)",
    "executor_memory_gb": "Memory an executor (GiB)",
    "images_per_partition": "Images a partition",
    "executor_cores": "Cores an executor",
    "num_executors": "Executors",
}
_TABLES = {
    TIME: dict(zip(EFFECT_COLUMNS, ("2", "3", "4", "5a", "5b"), strict=True)),
    TASK: {"executor_cores": "6a", "num_executors": "6b"},
}


class Effect(NamedTuple):
    """The effect of one column on scaled time.

    Attributes
    ----------
    title : str
        The column, in words.
    table : str
        The paper's table that shows it, empty for what the paper does not show.
    rows : DataFrame
        ``level``, ``min``, ``mean``, ``max``, ``groups``, ``published`` (NaN where the paper says nothing).
    """

    title: str
    table: str
    rows: pd.DataFrame


def effects_data(runs: pd.DataFrame, value: str, application: str, cluster: str) -> list[Effect]:
    """The effects that these runs show.

    Parameters
    ----------
    runs : DataFrame
        As for `perfmodel.evidence.effects.effects`.
    value : str
        ``completion_time_s`` or ``task_s``.
    application, cluster : str
        What the paper published is beside it where they are the paper's.
    """
    table = effects(runs, value)
    if table.empty:
        return []
    published = published_effects(application if cluster == CLUSTER else "", value)
    merged = table.merge(published, on=["column", "level"], how="left")
    return [
        Effect(TITLES[str(column)], _TABLES[value].get(str(column), ""), rows.drop(columns="column"))
        for column, rows in merged.groupby("column", sort=False)
    ]


def effect_figure(effect: Effect) -> go.Figure:
    """Draw mean, and smallest to largest, of each level."""
    rows = effect.rows
    levels = [f"{level:g}" for level in rows["level"]]
    figure = go.Figure()
    figure.add_scatter(x=levels, y=rows["max"], mode="lines", line_width=0, showlegend=False, hoverinfo="skip")
    figure.data[-1].meta = "Largest"
    figure.add_scatter(x=levels, y=rows["min"], mode="lines", line_width=0, fill="tonexty", fillcolor=BAND)
    figure.data[-1].update(name="Smallest to largest", meta="Smallest", hoverinfo="skip")
    figure.add_scatter(x=levels, y=rows["mean"], mode="lines+markers", name="Mean")
    figure.data[-1].update(
        line={"color": LINE, "width": 2.5},
        text=[f"{row.mean:.3f} ({row.min:.3f} to {row.max:.3f})" for row in _tuples(rows)],
        hovertemplate="%{x}: %{text}<extra></extra>",
    )
    if rows["published"].notna().any():
        figure.add_scatter(x=levels, y=rows["published"], mode="markers", name="Published")
        figure.data[-1].update(
            marker={"color": POINT, "size": 11, "symbol": "diamond-open", "line": {"width": 2}},
            hovertemplate="%{x}: %{y:.3f}<extra>published</extra>",
        )
    return figure.update_layout(
        FRAME,
        height=260,
        margin_t=10,
        xaxis={"title": effect.title, "type": "category"},
        yaxis={"title": "Scaled time", "range": [-0.04, 1.08], "tickvals": [0, 0.25, 0.5, 0.75, 1]},
        showlegend=False,
    )


def effect_text(effect: Effect) -> str:
    """Say what the chart shows, for those who do not see it."""
    first, last = effect.rows.iloc[0], effect.rows.iloc[-1]
    return (
        f"Scaled time by {effect.title}: {first['mean']:.3f} at {first['level']:g}, {last['mean']:.3f} at "
        f"{last['level']:g}, on average."
    )


def effects_table(found: list[Effect]) -> pd.DataFrame:
    """All effects as one table."""
    parts = [effect.rows.assign(column=effect.title, table=effect.table) for effect in found]
    order = ["column", "level", "min", "mean", "max", "groups", "published", "table"]
    return pd.concat(parts, ignore_index=True)[order]


def _tuples(rows: pd.DataFrame) -> list:
    return list(rows[["min", "mean", "max"]].itertuples(index=False))
