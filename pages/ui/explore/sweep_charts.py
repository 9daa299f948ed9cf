"""Time and cost against executors: ``..._data`` makes a NamedTuple that tests can read, ``..._figure`` draws it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import cycle
from typing import NamedTuple

import pandas as pd
import plotly.graph_objects as go

from pages.ui.shared.charts import BAND, LINE, OTHER, POINT, time_unit
from pages.ui.shared.formats import NO_ANSWER, money_text, time_text
from perfmodel.cost import Price
from perfmodel.model import ScenarioModel
from perfmodel.prediction import answer


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
    others : DataFrame
        Answers with other cores an executor.
    """

    curve: pd.DataFrame
    runs: pd.DataFrame
    chosen: int
    others: pd.DataFrame


def sweep_data(
    model: ScenarioModel,
    runs: pd.DataFrame,
    chosen: pd.Series,
    executors: Sequence[int],
    price: Price,
    cores: Sequence[int] = (),
) -> Sweep:
    """Predict over ``executors`` with the chosen and with other ``cores``, and find runs to draw beside the curve."""
    own = int(chosen["executor_cores"])
    columns = ["executor_cores", "num_executors"]
    grid = pd.MultiIndex.from_product([sorted({own, *cores}), executors], names=columns).to_frame(index=False)
    answers = answer(model, grid.assign(**chosen.drop(columns).to_dict()), price)
    is_own = answers["executor_cores"] == own
    alike = (runs["executor_cores"] == own) & (runs["sampling_rate_pct"] == chosen["sampling_rate_pct"])
    curve = answers[is_own].reset_index(drop=True)
    return Sweep(curve, runs[alike], int(chosen["num_executors"]), answers[~is_own])


def other_cores(runs: pd.DataFrame, most: int = 4) -> list[int]:
    """Profiled cores an executor to draw a line for: at most so many, spread over all."""
    profiled = sorted(int(cores) for cores in runs["executor_cores"].unique())
    if len(profiled) <= most:
        return profiled
    return sorted({profiled[round(i * (len(profiled) - 1) / (most - 1))] for i in range(most)})


def sweep_figure(sweep: Sweep) -> go.Figure:
    """Draw curve, interval, profiled runs and the chosen configuration."""
    curve = sweep.curve.dropna(subset="predicted_s")
    size, unit = time_unit(curve["predicted_s"].max() if len(curve) else 1.0)
    x = curve["num_executors"]
    figure = go.Figure()
    _add_other_cores(figure, sweep.others, "predicted_s", size, time_text)
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
    return _laid_out(figure, len(curve), f"Completion time ({unit})", _tallest(sweep) / size)


def cost_figure(sweep: Sweep, currency: str) -> go.Figure:
    """Draw cost over executors, its interval, other cores, and the chosen configuration."""
    curve = sweep.curve.dropna(subset="predicted_s")
    x, costs = curve["num_executors"], curve["cost"]
    figure = go.Figure()

    def say(amount: float) -> str:
        return money_text(amount, currency)

    _add_other_cores(figure, sweep.others, "cost", 1.0, say)
    figure.add_scatter(x=x, y=curve["cost_high"], mode="lines", line_width=0, showlegend=False, hoverinfo="skip")
    figure.add_scatter(x=x, y=curve["cost_low"], mode="lines", line_width=0, fill="tonexty", fillcolor=BAND)
    figure.data[-1].update(name="90 % interval", hoverinfo="skip")
    figure.add_scatter(x=x, y=costs, mode="lines+markers", name="Predicted", text=[say(cost) for cost in costs])
    figure.data[-1].update(line={"color": LINE, "width": 2.5}, marker_size=5)
    figure.data[-1].hovertemplate = "%{x} executors: %{text}<extra>predicted</extra>"
    _add_mark(figure, x[x == sweep.chosen], costs[x == sweep.chosen])
    most = pd.concat([costs, sweep.others["cost"]]).max()
    tallest = 1.08 * max(most, min(curve["cost_high"].max(), 1.5 * most))
    return _laid_out(figure, len(curve), f"Cost ({currency})", tallest)


def cost_text(sweep: Sweep, currency: str) -> str:
    """Say what the chart of costs shows, for those who do not see it."""
    first, last = sweep.curve.iloc[0], sweep.curve.iloc[-1]
    return (
        f"Cost against executors: {money_text(first['cost'], currency)} with {first['num_executors']:.0f}, "
        f"{money_text(last['cost'], currency)} with {last['num_executors']:.0f}."
    )


def _add_other_cores(
    figure: go.Figure, others: pd.DataFrame, column: str, size: float, say: Callable[[float], str]
) -> None:
    """Draw a thin line for each other number of cores; each has a dash of its own, so colour is not needed."""
    dashes = cycle(("dot", "dash", "dashdot", "longdash"))
    for (cores, rows), dash in zip(others.groupby("executor_cores"), dashes, strict=False):
        known = rows.dropna(subset=column)
        figure.add_scatter(x=known["num_executors"], y=known[column] / size, mode="lines", name=f"{cores} cores")
        figure.data[-1].update(line={"color": OTHER, "width": 1.5, "dash": dash}, text=[say(v) for v in known[column]])
        figure.data[-1].hovertemplate = "%{x} executors: %{text}<extra>" + f"{cores} cores</extra>"


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
    _add_mark(figure, row["num_executors"], row["predicted_s"] / size)


def _add_mark(figure: go.Figure, x: pd.Series, y: pd.Series) -> None:
    figure.add_scatter(x=x, y=y, mode="markers", name="Your choice")
    figure.data[-1].update(
        marker={"color": LINE, "size": 17, "symbol": "diamond-open", "line": {"width": 3}},
        hoverinfo="skip",
    )


def _tallest(sweep: Sweep) -> float:
    """Seconds that the axis must reach: all times, and of the interval as much as leaves the times readable."""
    times = pd.concat([sweep.curve["predicted_s"], sweep.others["predicted_s"], sweep.runs["completion_time_s"]]).max()
    return 1.08 * max(times, min(sweep.curve["predicted_high_s"].max(), 1.5 * times))


def _laid_out(figure: go.Figure, executors: int, title: str, tallest: float) -> go.Figure:
    return figure.update_layout(
        height=380,
        margin={"l": 10, "r": 10, "t": 30, "b": 10},
        xaxis={"title": "Executors", "dtick": 1 if executors <= 16 else None},
        yaxis={"title": title, "range": [0, tallest]},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        hovermode="closest",
    )
