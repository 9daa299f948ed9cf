"""Figures 3-9 of the paper again: accuracy and times of the scenarios, published beside reproduced beside honest."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import cycle

import pandas as pd
import plotly.graph_objects as go

from pages.ui.shared.charts import FRAME, LINE, OTHER, POINT, patterned
from pages.ui.shared.formats import percent_text, time_text
from perfmodel.catalog import Champion, FitOutcome
from perfmodel.report.figures import scenario_row
from perfmodel.scenarios import SCENARIOS
from store import model_name

# Column, name, colour, pattern: never colour alone.
_ACCURACIES = (
    ("published_pct", "Published", OTHER, "/"),
    ("paper_protocol_pct", "Reproduced, paper's protocol", LINE, ""),
    ("never_seen_pct", "Honest, never seen", POINT, "x"),
)
_TIMES = (
    ("published_t1_s", "t1 published", OTHER, "circle-open"),
    ("t1_s", "t1 here", LINE, "circle"),
    ("published_t2_s", "t2 published", OTHER, "diamond-open"),
    ("t2_s", "t2 here", LINE, "diamond"),
    ("published_T_s", "T published", OTHER, "line-ns-open"),
    ("T_s", "T here", LINE, "line-ns-open"),
)
_TICKS = {0.1: "0.1 s", 1: "1 s", 60: "1 min", 3_600: "1 h", 86_400: "1 d", 2_592_000: "30 d"}
_SHORTEST_S = 0.05
_PATTERNS = ("", "/", "x", ".")  # of techniques, in turn
_ACCURACY_BARS = FRAME | {
    "height": 380,
    "barmode": "group",
    "yaxis": {"title": "Accuracy (%)", "range": [0, 108], "tickvals": [0, 25, 50, 75, 100]},
    # On a narrow screen the figure of a bar goes rather than run into the next one; it is in the table, and on hover.
    "uniformtext": {"minsize": 11, "mode": "hide"},
}


def scenario_rows(
    application: str, cluster: str, champions: Mapping[str, Champion], figures: Mapping[str, Mapping[str, float]]
) -> pd.DataFrame:
    """A row a scenario, as in `perfmodel.report.figures.Report`; those without a model have published figures only.

    ``figures`` are the t1 and t2 (s) of each champion, as `times_of` reads them.
    """
    rows = []
    for name in SCENARIOS:
        one, full_name = champions.get(name), model_name(application, cluster, name)
        if one is None:
            outcome = FitOutcome(full_name, None, False, {}, 0.0, 0.0, refused="not fitted")
        else:
            seconds = figures[name]
            outcome = FitOutcome(full_name, one.version, False, one.model.accuracy_, seconds["t1"], seconds["t2"])
        rows.append(scenario_row(application, cluster, outcome))
    frame = pd.DataFrame(rows)
    return frame.astype({name: float for name in frame if name.endswith(("_pct", "_s"))})


def times_of(metrics: pd.DataFrame) -> dict[str, float]:
    """The times (s) among a version's metrics, by name: t1, t2, T, each NaN where the version has none."""
    seconds = metrics[metrics["unit"] == "s"]
    return dict.fromkeys(("t1", "t2", "T"), math.nan) | dict(zip(seconds["metric"], seconds["value"], strict=True))


def accuracy_figure(rows: pd.DataFrame) -> go.Figure:
    """Bars side by side, a group a scenario."""
    figure = go.Figure()
    for column, name, color, pattern in _ACCURACIES:
        known = rows.dropna(subset=column)
        if known.empty:
            continue
        figure.add_bar(
            x=known["scenario"], y=known[column].clip(lower=0), name=name,
            marker=patterned(pattern) | {"color": color},
            text=[f"{max(value, 0):.0f}" for value in known[column]], textposition="outside", cliponaxis=False,
            hovertemplate="%{x}: %{y:.1f} %<extra>" + name + "</extra>",
        )  # fmt: skip
    return figure.update_layout(
        _ACCURACY_BARS,
        xaxis={
            "title": "Scenario",
            "type": "category",
            "categoryorder": "array",
            "categoryarray": list(rows["scenario"]),
        },
    )


def accuracy_text(rows: pd.DataFrame) -> str:
    """Say what the chart shows, for those who do not see it."""
    said = [
        f"{row['scenario']}: published {row['published'] or 'nothing'}, here {_percent(row['paper_protocol_pct'])}, "
        f"never seen {_percent(row['never_seen_pct'])}"
        for _, row in rows.iterrows()
    ]
    return f"Accuracy by scenario. {'; '.join(said)}."


def _percent(value: float) -> str:
    return percent_text(None if pd.isna(value) else value)


def time_figure(rows: pd.DataFrame) -> go.Figure:
    """t1, t2 and T of each scenario on a logarithmic axis."""
    figure = go.Figure()
    names = list(rows["scenario"])
    for column, name, color, symbol in _TIMES:
        known = rows.dropna(subset=column)
        if known.empty:
            continue
        figure.add_scatter(
            x=known[column].clip(lower=_SHORTEST_S), y=known["scenario"], mode="markers", name=name,
            marker={"color": color, "symbol": symbol, "size": 13, "line": {"width": 2, "color": color}},
            text=[time_text(value) for value in known[column]],
            hovertemplate="%{y}: %{text}<extra>" + name + "</extra>",
        )  # fmt: skip
    return figure.update_layout(
        FRAME,
        height=420,
        margin_t=60,
        xaxis={"title": "Time", "type": "log", "tickvals": list(_TICKS), "ticktext": list(_TICKS.values())},
        yaxis={"title": "Scenario", "type": "category", "categoryorder": "array", "categoryarray": names[::-1]},
    )


def scenario_table(rows: pd.DataFrame) -> pd.DataFrame:
    """All figures in words."""
    times = ("published_t1_s", "t1_s", "published_t2_s", "t2_s", "published_T_s", "T_s")
    names = ("t1 published", "t1 here", "t2 published", "t2 here", "T published", "T here")
    table = pd.DataFrame(
        {
            "Scenario": rows["scenario"],
            "Published (%)": rows["published"].replace("", "–"),
            "Reproduced": rows["paper_protocol_pct"].map(_percent),
            "Never seen": rows["never_seen_pct"].map(_percent),
        }
    )
    for name, column in zip(names, times, strict=True):
        table[name] = [time_text(seconds) if pd.notna(seconds) else "–" for seconds in rows[column]]
    return table


def technique_figure(found: pd.DataFrame) -> go.Figure:
    """A bar for each technique at each level, told apart by its pattern; the chosen one ticked and in full colour."""
    figure = go.Figure()
    for (technique, rows), pattern in zip(found.groupby("technique", sort=False), cycle(_PATTERNS), strict=False):
        chosen = rows["chosen"].astype(bool)
        figure.add_bar(
            x=rows["level"], y=rows["accuracy_pct"].clip(lower=0), name=str(technique).replace("_", " "),
            marker=patterned(pattern) | {"opacity": [1.0 if one else 0.45 for one in chosen]},
            text=[f"{max(v, 0):.0f}{' ✓' if one else ''}" for v, one in zip(rows["accuracy_pct"], chosen, strict=True)],
            textposition="outside", cliponaxis=False, hovertemplate="%{x}: %{y:.1f} %<extra>%{fullData.name}</extra>",
        )  # fmt: skip
    return figure.update_layout(
        _ACCURACY_BARS,
        xaxis={"title": "Level", "type": "category"},
    )


def technique_text(found: pd.DataFrame) -> str:
    """Say what the chart shows, for those who do not see it."""
    said = [
        f"{row['level']}, {row['technique']}: {_percent(row['accuracy_pct'])}{' (chosen)' if row['chosen'] else ''}"
        for _, row in found.iterrows()
    ]
    return f"Accuracy of each technique by itself. {'; '.join(said)}."
