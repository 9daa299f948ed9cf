"""Time and cost against executors: ``..._data`` makes a NamedTuple that tests can read, ``..._figure`` draws it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import cycle
from typing import NamedTuple

import pandas as pd
import plotly.graph_objects as go

from pages.ui.shared.charts import BAND, FRAME, LINE, OTHER, POINT, spread, time_unit
from pages.ui.shared.formats import NO_ANSWER, money_text, time_text
from pages.ui.shared.text import counted
from perfmodel.answers.cost import Price, cost
from perfmodel.answers.prediction import answer
from perfmodel.model import ScenarioModel

MOST = 200  # numbers of executors that are drawn


class Sweep(NamedTuple):
    """Time against the number of executors, all else as chosen.

    Attributes
    ----------
    curve : DataFrame
        Answers for each number of executors, in seconds.
    runs : DataFrame
        Profiled runs with the chosen cores and data size, and their ``cost`` with the memory that each had.
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
    own, count = int(chosen["executor_cores"]), int(chosen["num_executors"])
    columns = ["executor_cores", "num_executors"]
    counts = sorted({count, *spread(executors, MOST)})
    grid = pd.MultiIndex.from_product([sorted({own, *cores}), counts], names=columns).to_frame(index=False)
    answers = answer(model, grid.assign(**chosen.drop(columns).to_dict()), price)
    is_own = answers["executor_cores"] == own
    alike = runs[(runs["executor_cores"] == own) & (runs["sampling_rate_pct"] == chosen["sampling_rate_pct"])]
    alike = alike.assign(cost=cost(alike, alike["completion_time_s"].to_numpy(), price))
    return Sweep(answers[is_own].reset_index(drop=True), alike, count, answers[~is_own])


def other_cores(runs: pd.DataFrame, most: int = 4) -> list[int]:
    """Profiled cores an executor to draw a line for: at most so many, spread over all."""
    profiled = sorted(int(cores) for cores in runs["executor_cores"].unique())
    return spread(profiled, most)


def sweep_figure(sweep: Sweep) -> go.Figure:
    """Draw curve, interval, profiled runs and the chosen configuration."""
    curve = sweep.curve.dropna(subset="predicted_s")
    size, unit = time_unit(curve["predicted_s"].max() if len(curve) else 1.0)
    traces = _other_cores(sweep.others, "predicted_s", size, time_text)
    traces += _prediction(curve, ("predicted_s", "predicted_low_s", "predicted_high_s"), size, time_text)
    traces += _runs(sweep.runs, "completion_time_s", size, time_text)
    traces += _choice(curve, sweep.chosen, "predicted_s", size)
    tallest = _tallest(sweep, ("predicted_s", "predicted_high_s", "completion_time_s"))
    return _drawn(traces, len(curve), f"Completion time ({unit})", tallest / size)


def cost_figure(sweep: Sweep, currency: str) -> go.Figure:
    """Draw cost over executors, its interval, other cores, profiled runs and the chosen configuration."""
    curve = sweep.curve.dropna(subset="predicted_s")

    def say(amount: float) -> str:
        return money_text(amount, currency)

    traces = _other_cores(sweep.others, "cost", 1.0, say)
    traces += _prediction(curve, ("cost", "cost_low", "cost_high"), 1.0, say)
    traces += _runs(sweep.runs, "cost", 1.0, say)
    traces += _choice(curve, sweep.chosen, "cost", 1.0)
    return _drawn(traces, len(curve), f"Cost ({currency})", _tallest(sweep, ("cost", "cost_high", "cost")))


def cost_text(sweep: Sweep, currency: str) -> str:
    """Say what the chart of costs shows, for those who do not see it."""
    first, last = sweep.curve.iloc[0], sweep.curve.iloc[-1]
    return (
        f"Cost against executors: {money_text(first['cost'], currency)} with {first['num_executors']:.0f}, "
        f"{money_text(last['cost'], currency)} with {last['num_executors']:.0f}; {len(sweep.runs)} profiled runs drawn "
        "as points."
    )


def _prediction(
    curve: pd.DataFrame, columns: tuple[str, str, str], size: float, say: Callable[[float], str]
) -> list[go.Scatter]:
    """The predicted curve on its interval; ``columns`` are the prediction and its ends."""
    x, (middle, low, high) = curve["num_executors"], (curve[column] / size for column in columns)
    edge = {"x": x, "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    return [
        go.Scatter(y=high, meta="90 % interval, upper bound", showlegend=False, **edge),
        go.Scatter(
            y=low, meta="90 % interval, lower bound", name="90 % interval", fill="tonexty", fillcolor=BAND, **edge
        ),
        go.Scatter(
            x=x, y=middle, name="Predicted", mode="lines+markers", line={"color": LINE, "width": 2.5},
            marker={"size": 5}, text=[say(value) for value in curve[columns[0]]],
            hovertemplate="%{x} executors: %{text}<extra>predicted</extra>",
        ),
    ]  # fmt: skip


def _other_cores(others: pd.DataFrame, column: str, size: float, say: Callable[[float], str]) -> list[go.Scatter]:
    """A thin line for each other number of cores; each has a dash of its own, so colour is not needed."""
    dashes = cycle(("dot", "dash", "dashdot", "longdash"))
    known = others.dropna(subset=column).groupby("executor_cores")
    return [
        go.Scatter(
            x=rows["num_executors"], y=rows[column] / size, name=counted(cores, "core"), mode="lines",
            line={"color": OTHER, "width": 1.5, "dash": dash}, text=[say(value) for value in rows[column]],
            hovertemplate="%{x} executors: %{text}<extra>%{fullData.name}</extra>",
        )
        for (cores, rows), dash in zip(known, dashes, strict=False)
    ]  # fmt: skip


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


def _runs(runs: pd.DataFrame, column: str, size: float, say: Callable[[float], str]) -> list[go.Scatter]:
    points = go.Scatter(
        x=runs["num_executors"], y=runs[column] / size, name="Profiled runs", mode="markers",
        marker={"color": POINT, "size": 8, "opacity": 0.65, "symbol": "circle-open", "line": {"width": 1.6}},
        text=[say(value) for value in runs[column]], hovertemplate="%{x} executors: %{text}<extra>run</extra>",
    )  # fmt: skip
    return [points] if len(runs) else []


def _choice(curve: pd.DataFrame, chosen: int, column: str, size: float) -> list[go.Scatter]:
    row = curve[curve["num_executors"] == chosen]
    marker = {"color": LINE, "size": 17, "symbol": "diamond-open", "line": {"width": 3}}
    mark = go.Scatter(
        x=row["num_executors"], y=row[column] / size, name="Your choice", mode="markers", marker=marker,
        hoverinfo="skip",
    )  # fmt: skip
    return [mark] if len(row) else []


def _tallest(sweep: Sweep, columns: tuple[str, str, str]) -> float:
    """What the axis must reach: all figures, and of the interval as much as leaves the figures readable.

    ``columns`` are the prediction, the upper bound of its interval, and the figure of the runs.
    """
    predicted, high, measured = columns
    most = pd.concat([sweep.curve[predicted], sweep.others[predicted], sweep.runs[measured]]).max()
    return 1.08 * max(most, min(sweep.curve[high].max(), 1.5 * most))


def _drawn(traces: list[go.Scatter], executors: int, title: str, tallest: float) -> go.Figure:
    layout = FRAME | {
        "height": 380,
        "xaxis": {"title": {"text": "Executors"}, "dtick": 1 if executors <= 16 else None},
        "yaxis": {"title": {"text": title}, "range": [0, tallest]},
        "hovermode": "closest",
    }
    return go.Figure(traces, layout)
