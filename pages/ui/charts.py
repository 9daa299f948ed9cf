"""Charts: ``..._data`` makes a NamedTuple that tests can read, ``..._figure`` draws it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd
import plotly.graph_objects as go

from pages.ui.formats import NO_ANSWER, time_text
from perfmodel.cost import Price
from perfmodel.model import ScenarioModel
from perfmodel.prediction import answer

# Blue and orange of the theme in .streamlit/config.toml, both readable on light and dark.
LINE = "#2C8FBF"
BAND = "rgba(44, 143, 191, 0.18)"
POINT = "#D9822B"

_TIME_UNITS = ((86_400 * 2, 86_400, "days"), (7_200, 3_600, "hours"), (120, 60, "minutes"), (0, 1, "seconds"))


class Sweep(NamedTuple):
    """Time against the number of executors, all else as chosen.

    Attributes
    ----------
    curve : DataFrame
        Answers for each number of executors, in seconds.
    runs : DataFrame
        Profiled runs with the chosen cores and data size.
    chosen : int
        Number of executors that the user looks at.
    """

    curve: pd.DataFrame
    runs: pd.DataFrame
    chosen: int


def sweep_data(
    model: ScenarioModel, runs: pd.DataFrame, chosen: pd.Series, executors: Sequence[int], price: Price
) -> Sweep:
    """Predict over ``executors``, and find the runs that can be drawn beside the curve."""
    questions = pd.DataFrame({**chosen.drop("num_executors"), "num_executors": list(executors)})
    alike = (runs["executor_cores"] == chosen["executor_cores"]) & (
        runs["sampling_rate_pct"] == chosen["sampling_rate_pct"]
    )
    return Sweep(answer(model, questions, price), runs[alike], int(chosen["num_executors"]))


def sweep_figure(sweep: Sweep) -> go.Figure:
    """Draw curve, interval, profiled runs and the chosen configuration."""
    curve = sweep.curve.dropna(subset="predicted_s")
    size, unit = time_unit(curve["predicted_s"].max() if len(curve) else 1.0)
    x = curve["num_executors"]
    figure = go.Figure()
    figure.add_scatter(x=x, y=curve["predicted_high_s"] / size, mode="lines", line_width=0, showlegend=False)
    figure.data[-1].hoverinfo = "skip"
    figure.add_scatter(
        x=x, y=curve["predicted_low_s"] / size, mode="lines", line_width=0, fill="tonexty", fillcolor=BAND
    )
    figure.data[-1].update(name="90 % interval", hoverinfo="skip")
    figure.add_scatter(x=x, y=curve["predicted_s"] / size, mode="lines+markers", name="Predicted")
    figure.data[-1].update(line={"color": LINE, "width": 2.5}, marker_size=5, text=_texts(curve["predicted_s"]))
    figure.data[-1].hovertemplate = "%{x} executors: %{text}<extra>predicted</extra>"
    _add_runs(figure, sweep.runs, size)
    _add_chosen(figure, curve[x == sweep.chosen], size)
    return _laid_out(figure, unit, _tallest(sweep) / size)


def sweep_text(sweep: Sweep) -> str:
    """Say what the chart shows, for those who do not see it."""
    curve = sweep.curve
    first, last = curve.iloc[0], curve.iloc[-1]
    chosen = curve.loc[curve["num_executors"] == sweep.chosen, "predicted_s"]
    at_chosen = time_text(float(chosen.iat[0])) if len(chosen) else NO_ANSWER
    return (
        f"Predicted time against executors: {time_text(first['predicted_s'])} with {first['num_executors']:.0f}, "
        f"{at_chosen} with the chosen {sweep.chosen}, {time_text(last['predicted_s'])} with "
        f"{last['num_executors']:.0f}; {len(sweep.runs)} profiled runs drawn as points."
    )


def _texts(seconds: pd.Series) -> list[str]:
    return [time_text(value) for value in seconds]


def _add_runs(figure: go.Figure, runs: pd.DataFrame, size: float) -> None:
    if runs.empty:
        return
    seconds = runs["completion_time_s"]
    figure.add_scatter(x=runs["num_executors"], y=seconds / size, mode="markers", name="Profiled runs")
    figure.data[-1].update(
        marker={"color": POINT, "size": 8, "opacity": 0.65, "symbol": "circle-open", "line": {"width": 1.6}},
        text=_texts(seconds),
        hovertemplate="%{x} executors: %{text}<extra>run</extra>",
    )


def _add_chosen(figure: go.Figure, row: pd.DataFrame, size: float) -> None:
    if row.empty:
        return
    figure.add_scatter(x=row["num_executors"], y=row["predicted_s"] / size, mode="markers", name="Your choice")
    figure.data[-1].update(
        marker={"color": LINE, "size": 17, "symbol": "diamond-open", "line": {"width": 3}},
        hoverinfo="skip",
    )


def _tallest(sweep: Sweep) -> float:
    """Seconds that the axis must reach: all times, and of the interval as much as leaves the times readable."""
    times = pd.concat([sweep.curve["predicted_s"], sweep.runs["completion_time_s"]]).max()
    return 1.08 * max(times, min(sweep.curve["predicted_high_s"].max(), 1.5 * times))


def _laid_out(figure: go.Figure, unit: str, tallest: float) -> go.Figure:
    return figure.update_layout(
        height=380,
        margin={"l": 10, "r": 10, "t": 30, "b": 10},
        xaxis={"title": "Executors", "dtick": 1 if len(figure.data[2].x) <= 16 else None},
        yaxis={"title": f"Completion time ({unit})", "range": [0, tallest]},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        hovermode="closest",
    )


def time_unit(longest: float) -> tuple[float, str]:
    """Seconds in, and name of, the unit in which an axis up to `longest` seconds reads best."""
    return next((size, unit) for least, size, unit in _TIME_UNITS if longest >= least)
