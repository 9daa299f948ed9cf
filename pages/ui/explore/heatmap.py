"""Executors x cores at a glance: colour is time, lines are equal cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from pages.ui.shared.charts import FRAME, POINT, spread, time_unit
from pages.ui.shared.formats import money_text, time_text
from pages.ui.shared.text import counted
from perfmodel.answers.cost import Price
from perfmodel.answers.prediction import answer
from perfmodel.features import FloatArray
from perfmodel.model import ScenarioModel

# One hue from light to dark: less is lighter, also in print and for the colour-blind.
COLORS = [[0.0, "#EAF5FA"], [0.5, "#9CD0E6"], [1.0, "#3F9FCB"]]
ISO_COST = "#16252C"  # on all of these
LINES = 6
MOST = 40  # numbers of executors, and of cores, that are drawn


class HeatMap(NamedTuple):
    """Time and cost of each number of executors (columns) and cores of each (rows), all else as chosen.

    Attributes
    ----------
    executors, cores : list of int
        At most `MOST` of each and the chosen one; of more, some that are evenly spread.
    seconds, costs : array of shape (cores, executors)
        NaN where there is no answer.
    profiled : (int, int, int, int)
        Smallest and largest profiled executors and cores.
    chosen : (int, int)
        Executors and cores that the user looks at.
    currency : str
    """

    executors: list[int]
    cores: list[int]
    seconds: FloatArray
    costs: FloatArray
    profiled: tuple[int, int, int, int]
    chosen: tuple[int, int]
    currency: str


def heat_data(
    model: ScenarioModel,
    runs: pd.DataFrame,
    chosen: pd.Series,
    executors: Sequence[int],
    cores: Sequence[int],
    price: Price,
) -> HeatMap:
    """Predict every combination in one call."""
    columns = ["executor_cores", "num_executors"]
    cores, executors = (
        sorted({int(chosen[column]), *spread(values, MOST)})
        for column, values in zip(columns, (cores, executors), strict=True)
    )
    grid = pd.MultiIndex.from_product([cores, executors], names=columns).to_frame(index=False)
    answers = answer(model, grid.assign(**chosen.drop(columns).to_dict()), price)
    shape = (len(cores), len(executors))
    limits = [int(edge(runs[column])) for column in ("num_executors", "executor_cores") for edge in (min, max)]
    return HeatMap(
        executors,
        cores,
        answers["predicted_s"].to_numpy().reshape(shape),
        answers["cost"].to_numpy().reshape(shape),
        (limits[0], limits[1], limits[2], limits[3]),
        (int(chosen["num_executors"]), int(chosen["executor_cores"])),
        price.currency,
    )


def heat_table(data: HeatMap) -> pd.DataFrame:
    """A row a combination: executors, cores, seconds, cost."""
    both = pd.MultiIndex.from_product([data.cores, data.executors], names=["executor_cores", "num_executors"])
    return both.to_frame(index=False).assign(
        predicted_s=data.seconds.ravel(), cost=data.costs.ravel(), currency=data.currency
    )


def heat_figure(data: HeatMap) -> go.Figure:
    """Draw times, lines of equal cost, the profiled range and the choice."""
    longest = np.nanmax(data.seconds) if np.isfinite(data.seconds).any() else 1.0
    size, unit = time_unit(float(longest))
    figure = go.Figure()
    figure.add_heatmap(
        x=data.executors, y=data.cores, z=np.log10(data.seconds), colorscale=COLORS, xgap=1, ygap=1,
        text=_texts(data), hovertemplate="%{x} executors x %{y} cores: %{text}<extra></extra>",
        colorbar=_colorbar(data.seconds, size, unit), hoverongaps=False,
    )  # fmt: skip
    if min(data.costs.shape) > 1 and np.isfinite(data.costs).any():
        _add_costs(figure, data)
    low_x, high_x, low_y, high_y = data.profiled
    figure.add_shape(
        type="rect", x0=low_x - 0.5, x1=high_x + 0.5, y0=low_y - 0.5, y1=high_y + 0.5,
        line={"dash": "dot", "width": 2, "color": POINT},
    )  # fmt: skip
    figure.add_scatter(x=[data.chosen[0]], y=[data.chosen[1]], mode="markers", name="Your choice", hoverinfo="skip")
    figure.data[-1].marker = {"color": POINT, "size": 17, "symbol": "diamond-open", "line": {"width": 3}}
    return figure.update_layout(
        FRAME,
        height=400,
        margin_t=10,
        xaxis={"title": "Executors", "dtick": _step(data.executors), "constrain": "domain"},
        yaxis={"title": "Cores an executor", "dtick": _step(data.cores)},
        showlegend=False,
    )


def _texts(data: HeatMap) -> list[list[str]]:
    both = zip(data.seconds, data.costs, strict=True)
    return [
        [f"{time_text(s)}, {money_text(c, data.currency)}" for s, c in zip(times, costs, strict=True)]
        for times, costs in both
    ]


def _colorbar(seconds: FloatArray, size: float, unit: str) -> dict[str, object]:
    known = seconds[np.isfinite(seconds)]
    if not known.size:
        return {}
    ticks = np.geomspace(known.min(), known.max(), 5)
    return {
        "title": {"text": unit, "side": "top"},
        "tickvals": np.log10(ticks),
        "ticktext": [f"{tick / size:.3g}" for tick in ticks],
        "thickness": 12,
    }


def _add_costs(figure: go.Figure, data: HeatMap) -> None:
    low, high = float(np.nanmin(data.costs)), float(np.nanmax(data.costs))
    if high <= low:
        return
    step = (high - low) / LINES
    figure.add_contour(
        x=data.executors, y=data.cores, z=data.costs, showscale=False, hoverinfo="skip",
        contours={
            "coloring": "none", "showlabels": True, "start": low + step / 2, "end": high, "size": step,
            "labelfont": {"size": 13, "color": ISO_COST}, "labelformat": ".3~g",
        },
        line={"color": ISO_COST, "width": 1.5, "dash": "dash"},
    )  # fmt: skip


def _step(values: Sequence[int]) -> int:
    return max(1, (values[-1] - values[0] + 1) // 10)


def heat_text(data: HeatMap) -> str:
    """Say what the chart shows, for those who do not see it."""
    if not np.isfinite(data.seconds).any():
        return "Time by executors and cores: no answer for any of them."
    chosen = data.cores.index(data.chosen[1]), data.executors.index(data.chosen[0])
    first, last, yours = (
        f"{time_text(data.seconds[row, column])} at {money_text(data.costs[row, column], data.currency)} with "
        f"{counted(data.executors[column], 'executor')} of {counted(data.cores[row], 'core')}"
        for row, column in ((0, 0), (-1, -1), chosen)
    )
    return f"Time by executors and cores, with lines of equal cost: from {first} to {last}; your choice: {yours}."
