"""The report's figures as charts: accuracy, times, and techniques of each scenario."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from perfmodel.report.drawing import Axis, Chart, Lane, Mark, Shape

PERCENT = Axis(0, 100, ((0, "0"), (50, "50"), (100, "100 %")))
# From a tenth of a second (a small search) to a year (every run of a grid).
SECONDS = Axis(0.1, 3e7, ((1, "1 s"), (60, "1 min"), (3600, "1 h"), (86_400, "1 d"), (2_592_000, "30 d")), is_log=True)

# T first: where t2 is small, t1 lies on it.
_TIMES: tuple[tuple[str, Shape], ...] = (("T_s", "tick"), ("t1_s", "circle"), ("t2_s", "diamond"))


def accuracy_chart(title: str, scenarios: pd.DataFrame) -> Chart:
    """Published, by the paper's protocol here, and on configurations never seen; of scenarios that are `fitted`."""
    return Chart(title, PERCENT, [(row["scenario"], _accuracies(row)) for _, row in scenarios.iterrows()])


def fitted(scenarios: pd.DataFrame) -> pd.DataFrame:
    """The scenarios that have a model."""
    return scenarios[scenarios["refused"] == ""]


def _accuracies(row: pd.Series[Any]) -> list[Lane]:
    said = f"{row['published'].partition(' (')[0]} %"  # as the paper says it: "over 98"
    lanes = [
        ("published_pct", f"{said} published", "paper"),
        ("paper_protocol_pct", f"{percent(row['paper_protocol_pct'])} here", "here"),
        ("never_seen_pct", f"{percent(row['never_seen_pct'])} never seen", "unseen"),
    ]
    return [Lane(words, color, (Mark(row[column]),)) for column, words, color in lanes if pd.notna(row[column])]


def time_chart(title: str, scenarios: pd.DataFrame, say: Callable[[float], str]) -> Chart:
    """t1, t2 and T, published and here, of scenarios that are `fitted`; ``say`` puts seconds into words."""
    rows = []
    for _, row in scenarios.iterrows():
        lanes = [_times(row, "published_", "published", "paper", say), _times(row, "", "here", "here", say)]
        rows.append((row["scenario"], [lane for lane in lanes if lane.marks]))
    return Chart(title, SECONDS, rows)


def _times(row: pd.Series[Any], prefix: str, words: str, color: str, say: Callable[[float], str]) -> Lane:
    known = [(row[prefix + column], shape) for column, shape in _TIMES if pd.notna(row[prefix + column])]
    total = row[f"{prefix}T_s"]
    text = words if pd.isna(total) else f"{words}: {say(total)}"
    return Lane(text, color, tuple(Mark(max(value, SECONDS.low), shape) for value, shape in known))


def technique_chart(title: str, techniques: pd.DataFrame) -> Chart:
    """Each technique at the last level, by the paper's protocol; the chosen one stands out."""
    final = techniques[techniques["level"] == "final"]
    rows = [
        (str(name), [_technique(row) for _, row in own.iterrows()])
        for name, own in final.groupby("scenario", sort=False)
    ]
    return Chart(title, PERCENT, rows)


def _technique(row: pd.Series[Any]) -> Lane:
    words = f"{percent(row['accuracy_pct'])} {row['technique'].replace('_', ' ')}"
    mark = Mark(row["accuracy_pct"])
    return Lane(f"{words} ✓", "here", (mark,)) if row["chosen"] else Lane(words, "paper", (mark,))


def percent(value: float) -> str:
    """An accuracy for people, never below zero."""
    return f"{max(value, 0):.1f} %"
