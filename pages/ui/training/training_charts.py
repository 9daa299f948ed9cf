"""Trainings: what layers take, what epochs reach, what it costs, and what a search tried."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from pages.ui.shared.charts import FRAME, LINE, OTHER, POINT, log_axis
from pages.ui.shared.text import counted
from perfmodel.answers.cost import Price, cost
from runner.plans.plan import layout_text, spread_cores

ARM_COLOURS = {"driver": LINE, "barrier": POINT, "one-process": OTHER, "numpy": "#6B5B95"}
ARM_SYMBOLS = {"driver": "circle", "barrier": "diamond", "one-process": "square", "numpy": "x"}
# What two trainings must share for the difference of their times to be chance.
COMPARABLE = [
    "arm", "configuration", "memory_gb", "dataset", "images", "batch", "epochs", "learning_rate", "device"
]  # fmt: skip
ARM_LABELS = {
    "arm": "Arm",
    "configuration": "Executors x cores",
    "memory_gb": "Memory (GiB)",
    "dataset": "Data set",
    "images": "Images",
    "batch": "Images a step",
    "epochs": "Epochs",
    "learning_rate": "Learning rate",
    "device": "Device",
    "completion_time_s": "Completion (s)",
    "compute_s": "Computing (s)",
    "exchange_s": "Exchange (s)",
    "scheduling_s": "Scheduling (s)",
    "accuracy_pct": "Accuracy (%)",
    "runs": "Runs",
}
PART_LABELS = {
    "layer": "Layer", "direction": "Pass", "part": "Part", "seconds": "Here (s)", "deck_s": "The deck (s)"
}  # fmt: skip
TRIAL_LABELS = {
    "number": "Trial",
    "learning_rate": "Learning rate",
    "batch": "Images a step",
    "filters": "Filters",
    "optimiser": "Optimiser",
    "accuracy_pct": "Accuracy (%)",
    "loss": "Loss",
    "seconds": "Seconds",
}
OPTIMISER_SYMBOLS = {"sgd": "circle", "momentum": "diamond", "adam": "square"}


def layers_data(content: Mapping[str, Any]) -> pd.DataFrame:
    """One row a layer and pass of a stored profile: ``what``, ``seconds``, ``deck_s``; parts left out."""
    rows = [row for row in content["rows"] if not row["part"]]
    return pd.DataFrame(
        {"what": f"{row['layer']}, {row['direction']}", "seconds": row["seconds"], "deck_s": row["deck_s"]}
        for row in rows
    )


def layers_figure(rows: pd.DataFrame) -> go.Figure:
    """Draw seconds here beside the deck's."""
    figure = go.Figure()
    for name, column, colour, pattern in (("Here", "seconds", LINE, ""), ("The deck", "deck_s", OTHER, "/")):
        figure.add_bar(y=rows["what"], x=rows[column], orientation="h", name=name)
        figure.data[-1].update(
            marker={"color": colour, "pattern": {"shape": pattern}}, hovertemplate="%{y}: %{x:.3f} s<extra></extra>"
        )
    return _laid_out(figure, {"title": "Seconds an iteration"}, "").update_yaxes(autorange="reversed")


def layers_text(rows: pd.DataFrame) -> str:
    """Say what the chart shows."""
    longest = rows.loc[rows["seconds"].idxmax()]
    return (
        f"All layers take {rows['seconds'].sum():.2f} s here and {rows['deck_s'].sum():.2f} s in the deck; the longest "
        f"is {longest['what']} with {longest['seconds']:.2f} s."
    )


def trainings_data(runs: pd.DataFrame, price: Price) -> pd.DataFrame:
    """One row a training, with its cost, the accuracy of its last epoch's test, and the parts of its time.

    Returns
    -------
    DataFrame
        ``run_id``, `COMPARABLE`, ``completion_time_s``, ``cost``, ``accuracy_pct``, ``compute_s``, ``exchange_s``,
        ``scheduling_s``.
    """
    settings = runs["settings"]
    parts = {
        name: settings.map(lambda one, name=name: one[name]) for name in ("compute_s", "exchange_s", "scheduling_s")
    }
    return pd.DataFrame(
        {
            "run_id": runs["run_id"],
            "arm": settings.map(lambda one: one["arm"]),
            "configuration": [_layout(row) for row in runs.itertuples(index=False)],
            "memory_gb": runs["executor_memory_gb"],
            "dataset": settings.map(lambda one: str(one.get("dataset", ""))),
            "images": runs["input_images"],
            "batch": runs["images_per_partition"],
            "epochs": settings.map(lambda one: one["epochs"]),
            "learning_rate": pd.to_numeric(settings.map(lambda one: one.get("learning_rate")), errors="coerce"),
            "device": settings.map(lambda one: str(one.get("device", ""))),
            "completion_time_s": runs["completion_time_s"],
            "cost": cost(runs, runs["completion_time_s"].to_numpy(dtype=float), price),
            "accuracy_pct": settings.map(lambda one: one["test_accuracy_pct"][-1]),
            **parts,
        }
    ).reset_index(drop=True)


def _layout(run: Any) -> str:
    """Return executors x cores; those of uneven executors apart, as the run log states the largest one's."""
    total = run.num_executors * run.executor_cores if pd.isna(run.total_cores) else run.total_cores
    return layout_text(spread_cores(int(total), int(run.num_executors)))


def epochs_data(runs: pd.DataFrame) -> pd.DataFrame:
    """One row an epoch of each training: ``run_id``, ``arm``, ``epoch``, ``seconds`` (so far), ``accuracy_pct``."""
    rows = []
    for run in runs.itertuples(index=False):
        seconds = pd.Series(run.settings["epoch_s"]).cumsum()
        for number, accuracy in enumerate(run.settings["test_accuracy_pct"], start=1):
            of_epoch = {"epoch": number, "seconds": seconds[number - 1], "accuracy_pct": accuracy}
            rows.append({"run_id": run.run_id, "arm": run.settings["arm"], **of_epoch})
    return pd.DataFrame(rows)


def epochs_figure(rows: pd.DataFrame) -> go.Figure:
    """Draw test accuracy against the seconds that it took."""
    figure, named = go.Figure(), set()
    for (arm, _), of_run in rows.groupby(["arm", "run_id"], sort=False):
        figure.add_scatter(x=of_run["seconds"], y=of_run["accuracy_pct"], mode="lines+markers", name=str(arm))
        figure.data[-1].update(
            legendgroup=arm,
            showlegend=arm not in named,
            line={"color": ARM_COLOURS[str(arm)], "width": 1.5},
            marker={"symbol": ARM_SYMBOLS[str(arm)], "size": 8},
            text=[f"epoch {epoch}" for epoch in of_run["epoch"]],
            hovertemplate="%{text}: %{y:.1f} % after %{x:.1f} s<extra>%{fullData.name}</extra>",
        )
        named.add(arm)
    return _laid_out(figure, _x_axis("Seconds of training", rows["seconds"]), "Test accuracy (%)")


def outcomes_figure(rows: pd.DataFrame, column: str, title: str) -> go.Figure:
    """Draw the last accuracy of each training against its completion time or its cost."""
    figure = go.Figure()
    for arm, of_arm in rows.groupby("arm", sort=False):
        figure.add_scatter(x=of_arm[column], y=of_arm["accuracy_pct"], mode="markers", name=str(arm))
        figure.data[-1].update(
            marker={"color": ARM_COLOURS[str(arm)], "symbol": ARM_SYMBOLS[str(arm)], "size": 10},
            text=[f"{row.configuration}, {row.images:,} images" for row in of_arm.itertuples(index=False)],
            hovertemplate="%{text}: %{y:.1f} %, %{x:.4g}<extra>%{fullData.name}</extra>",
        )
    return _laid_out(figure, _x_axis(title, rows[column]), "Test accuracy (%)")


def outcomes_text(rows: pd.DataFrame) -> str:
    """Say what the charts of trainings show."""
    best, worst = rows.loc[rows["accuracy_pct"].idxmax()], rows["accuracy_pct"].min()
    return (
        f"Accuracy of {counted(len(rows), 'training')}: {worst:.1f} % to {best['accuracy_pct']:.1f} %; the most "
        f"accurate took {best['completion_time_s']:.1f} s on {best['configuration']} with the arm {best['arm']}."
    )


def arms_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Medians over the trainings that are alike in all of `COMPARABLE`."""
    values = ["completion_time_s", "compute_s", "exchange_s", "scheduling_s", "accuracy_pct"]
    groups = rows.groupby(COMPARABLE, sort=True, dropna=False)
    return groups[values].median().assign(runs=groups.size()).reset_index()


def trials_figure(trials: pd.DataFrame) -> go.Figure:
    """Draw the accuracy of each trial against its learning rate."""
    figure = go.Figure()
    for optimiser, rows in trials.groupby("optimiser"):
        figure.add_scatter(x=rows["learning_rate"], y=rows["accuracy_pct"], mode="markers", name=str(optimiser))
        figure.data[-1].update(
            marker={"symbol": OPTIMISER_SYMBOLS[str(optimiser)], "size": 6 + rows["filters"] / 4},
            text=[f"trial {row.number}: batch {row.batch}, {row.filters} filters" for row in rows.itertuples()],
            hovertemplate="%{text}, rate %{x:.4g}: %{y:.1f} %<extra>%{fullData.name}</extra>",
        )
    return _laid_out(figure, _x_axis("Learning rate", trials["learning_rate"]), "Validation accuracy (%)")


def trials_table(trials: pd.DataFrame) -> pd.DataFrame:
    """All trials of a search, the best first."""
    return trials.sort_values("accuracy_pct", ascending=False)[list(TRIAL_LABELS)]


def trials_text(trials: pd.DataFrame) -> str:
    """Say what the chart shows."""
    best = trials.loc[trials["accuracy_pct"].idxmax()]
    return (
        f"{counted(len(trials), 'trial')}; the best, trial {best['number']}, reached {best['accuracy_pct']:.1f} % with "
        f"{best['optimiser']} and a learning rate of {best['learning_rate']:.4g}."
    )


def _x_axis(title: str, values: pd.Series) -> dict[str, Any]:
    """A logarithmic axis: NumPy takes many times as long as others. Free trainings have no logarithm."""
    low, high = values.min(), values.max()
    return log_axis(title, low, high) if 0 < low <= high < math.inf else {"title": title}


def _laid_out(figure: go.Figure, x: dict[str, Any], y: str) -> go.Figure:
    return figure.update_layout(
        FRAME,
        height=360,
        xaxis=x,
        yaxis={"title": y},
        hovermode="closest",
    )
