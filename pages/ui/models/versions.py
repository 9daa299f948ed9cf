"""What a table and a chart show of the versions of models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd
import plotly.graph_objects as go

from pages.ui.shared.charts import FRAME, LIMIT, LINE, POINT
from pages.ui.shared.formats import percent_text, time_text
from perfmodel.artifacts import differences
from perfmodel.scenarios import SCENARIOS
from perfmodel.scores.accuracy import HELD_OUT, PAPER
from store.frames import plain
from store.registry.registry import CHAMPION

ACCURACIES = {HELD_OUT: "Accuracy, never seen (%)", PAPER: "Accuracy, paper's protocol (%)"}
TIMES = {"t1": "Collecting time t1 (s)", "t2": "Tuning and training time t2 (s)", "T": "T = t1 + t2 (s)"}
# What can be drawn over the versions: the metric's name, and what its values are.
CHARTS = {
    "Accuracy": ("accuracy", "Accuracy (%)"),
    "Error (MAPE)": ("mape", "Mean absolute percentage error (%)"),
    **{f"Time {name}": (name, label) for name, label in TIMES.items()},
}
_PROTOCOLS = {HELD_OUT: "configurations never seen", PAPER: "the paper's protocol", "": ""}


class History(NamedTuple):
    """A metric over the versions of a model.

    Attributes
    ----------
    rows : DataFrame
        ``version``, ``protocol`` (in words), ``value``.
    champion : int or None
        The version that answers.
    axis : str
        What the values are, with their unit.
    """

    rows: pd.DataFrame
    champion: int | None
    axis: str


def scenarios_of(versions: pd.DataFrame) -> list[str]:
    """The scenarios that have versions, in the order of `SCENARIOS`; others come last."""
    known = list(dict.fromkeys(versions["scenario"]))
    return sorted(known, key=lambda name: list(SCENARIOS).index(name) if name in SCENARIOS else len(SCENARIOS))


def version_table(versions: pd.DataFrame, figures: pd.DataFrame) -> pd.DataFrame:
    """A row a version, newest first.

    Parameters
    ----------
    versions : DataFrame
        Those of one model, as from `store.registry.registry.Registry.load`.
    figures : DataFrame
        As from `store.registry.registry.Registry.figures`.
    """
    accuracy = figures[figures["metric"] == "accuracy"].set_index(["name", "version", "protocol"])["value"]
    keys = list(zip(versions["name"], versions["version"], strict=True))
    table = pd.DataFrame(
        {
            "version": versions["version"],
            "aliases": versions["aliases"],
            **{label: [accuracy.get((*key, protocol)) for key in keys] for protocol, label in ACCURACIES.items()},
            "training_runs": versions["training_runs"],
            "created_at": versions["created_at"],
            "libraries": _libraries(versions["environment"]),
            "state": [_state(row) for _, row in versions.iterrows()],
        }
    )
    return table.sort_values("version", ascending=False, ignore_index=True)


def _libraries(environments: pd.Series) -> list[str]:
    distinct = {str(one): one for one in environments}  # a few, however many versions there are
    words = {text: "other" if differences(one) else "same" for text, one in distinct.items()}
    return [words[str(one)] for one in environments]


def _state(version: pd.Series) -> str:
    if pd.notna(version["purged_at"]):
        return "purged"
    return "archived" if pd.notna(version["archived_at"]) else "ready"


def champion_of(versions: pd.DataFrame) -> int | None:
    """The version of a model that answers; None when there is none."""
    found = versions.loc[[CHAMPION in aliases for aliases in versions["aliases"]], "version"]
    return int(found.iloc[0]) if len(found) else None


def figure_texts(figures: pd.DataFrame, version: int) -> dict[str, str]:
    """The figures of one version as people read them, by label."""
    own = figures[figures["version"] == version].set_index(["metric", "protocol"])["value"]
    texts = {label.removesuffix(" (%)"): percent_text(own.get(("accuracy", p))) for p, label in ACCURACIES.items()}
    for name in ("t1", "t2"):
        texts[TIMES[name].removesuffix(" (s)")] = time_text(own[name, ""]) if (name, "") in own.index else "–"
    return texts


def history_data(figures: pd.DataFrame, chart: str, champion: int | None) -> History:
    """Collect one of `CHARTS` for a model; ``figures`` are its own."""
    metric, axis = CHARTS[chart]
    own = figures[figures["metric"] == metric]
    rows = own.assign(protocol=own["protocol"].map(_PROTOCOLS))[["version", "protocol", "value"]]
    return History(rows.sort_values("version", ignore_index=True), champion, axis)


def history_figure(history: History) -> go.Figure:
    """Draw a line a protocol, and the champion."""
    figure = go.Figure()
    for (protocol, rows), color in zip(history.rows.groupby("protocol"), (LINE, POINT), strict=False):
        figure.add_scatter(x=rows["version"], y=rows["value"], mode="lines+markers", name=protocol or "all")
        figure.data[-1].update(
            line={"color": color, "width": 2.5}, hovertemplate="version %{x}: %{y:,.2f}<extra>" + protocol + "</extra>"
        )
    if history.champion is not None:
        figure.add_vline(history.champion, annotation_text=CHAMPION, **LIMIT)
    versions = history.rows["version"].nunique()
    return figure.update_layout(
        FRAME,
        height=360,
        xaxis={"title": "Version", "dtick": 1 if versions <= 20 else None},
        yaxis={"title": history.axis},
        showlegend=history.rows["protocol"].nunique() > 1,
    )


def history_text(history: History) -> str:
    """Say what the chart shows, for those who do not see it."""
    parts = []
    for protocol, rows in history.rows.groupby("protocol"):
        first, last = rows.iloc[0], rows.iloc[-1]
        of = f", {protocol}" if protocol else ""
        parts.append(
            f"{first['value']:,.2f} at version {first['version']}, {last['value']:,.2f} at {last['version']}{of}"
        )
    return f"{history.axis} over versions: {'; '.join(parts)}."


def comparison_table(compared: pd.DataFrame, first: int, second: int) -> pd.DataFrame:
    """What differs between two versions, as text, with the change of what is a number."""
    rows = [
        {"What": row.field, f"v{first}": said(row.first), f"v{second}": said(row.second),
         "Change": _change(row.first, row.second)}
        for row in compared.itertuples()
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["What", f"v{first}", f"v{second}", "Change"])


def said(value: Any) -> str:
    """A value of a model's record as text."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {said(item)}" for name, item in value.items())
    if isinstance(value, list | tuple):
        return " to ".join(map(said, value))
    return "" if plain(value) is None else f"{value:.6g}" if isinstance(value, float) else str(value)


def _change(first: Any, second: Any) -> str:
    numbers = all(isinstance(one, int | float) and not isinstance(one, bool) for one in (first, second))
    return f"{second - first:+.6g}" if numbers else ""


def history_of_aliases(moves: pd.DataFrame) -> pd.DataFrame:
    """Every move of an alias, newest first."""
    to = [f"v{version}" if version else "removed" for version in moves["version"]]
    return moves.assign(version=to)[::-1].reset_index(drop=True)
