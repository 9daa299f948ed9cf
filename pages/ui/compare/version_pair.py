"""Two registered versions of models against each other, on the same runs."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from pages.ui.shared import state
from pages.ui.shared.charts import FRAME, LINE, OTHER, log_axis, time_unit
from pages.ui.shared.formats import percent_text, time_text
from perfmodel import artifacts
from perfmodel.model import ScenarioModel
from perfmodel.scores.accuracy import HELD_OUT, PAPER, accuracy_pct


@st.cache_resource(max_entries=8, show_spinner="Loading a version")
def load_version(name: str, version: int) -> ScenarioModel:
    """A registered version, its bytes checked; a version never changes."""
    return artifacts.load(state.store().registry.artefact(name, version))


def both_predictions(first: ScenarioModel, second: ScenarioModel, runs: pd.DataFrame) -> pd.DataFrame:
    """Times that both predict for the runs that both answer for.

    Returns
    -------
    DataFrame
        ``actual_s``, ``first_s``, ``second_s``.
    """
    found = pd.DataFrame(
        {"actual_s": runs["completion_time_s"], "first_s": first.predict(runs), "second_s": second.predict(runs)}
    )
    return found.dropna().reset_index(drop=True)


def version_table(
    labels: tuple[str, str],
    models: tuple[ScenarioModel, ScenarioModel],
    times: tuple[Mapping[str, float], Mapping[str, float]],
    found: pd.DataFrame,
) -> pd.DataFrame:
    """Figures of both, side by side, and how both do on the same runs."""
    columns = {}
    for label, model, seconds, column in zip(labels, models, times, ("first_s", "second_s"), strict=True):
        columns[label] = {
            "Accuracy, never seen": percent_text(model.accuracy_.get(HELD_OUT)),
            "Accuracy, paper's protocol": percent_text(model.accuracy_.get(PAPER)),
            "t1": time_text(seconds["t1"]),
            "t2": time_text(seconds["t2"]),
            f"Accuracy on the {len(found):,} runs that both answer for": (
                percent_text(accuracy_pct(found["actual_s"], found[column])) if len(found) else percent_text(None)
            ),
        }
    return pd.DataFrame(columns).reset_index(names="Figure")


def versions_figure(labels: tuple[str, str], found: pd.DataFrame) -> go.Figure:
    """One version's predictions over the other's; on the line they agree."""
    size, unit = time_unit(found[["first_s", "second_s"]].max().max())
    ends = [found[["first_s", "second_s"]].min().min() / size, found[["first_s", "second_s"]].max().max() / size]
    figure = go.Figure()
    figure.add_scatter(x=ends, y=ends, mode="lines", name="The same", line={"color": OTHER, "dash": "dash"})
    figure.add_scattergl(
        x=found["first_s"] / size, y=found["second_s"] / size, mode="markers", name="A run",
        marker={"color": LINE, "size": 7, "opacity": 0.45}, text=[time_text(seconds) for seconds in found["actual_s"]],
        hovertemplate="%{x:.3g} and %{y:.3g}, actual %{text}<extra></extra>",
    )  # fmt: skip
    return figure.update_layout(
        FRAME,
        height=400,
        xaxis=log_axis(f"{labels[0]} ({unit})", *ends),
        yaxis=log_axis(f"{labels[1]} ({unit})", *ends),
    )


def versions_text(labels: tuple[str, str], found: pd.DataFrame) -> str:
    """Say what the chart shows, for those who do not see it."""
    apart = (100 * (found["second_s"] / found["first_s"] - 1)).abs()
    return (
        f"Predictions of {labels[1]} against those of {labels[0]} for {len(found):,} runs: half differ by at most "
        f"{apart.median():.1f} %, all by at most {apart.max():.1f} %."
    )
