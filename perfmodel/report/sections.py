"""The report in words and figures: chapters of charts, tables and sentences, for whatever renders them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from perfmodel.report.charts import accuracy_chart, fitted, percent, technique_chart, time_chart
from perfmodel.report.drawing import Chart
from perfmodel.report.figures import PAIR, Report
from perfmodel.scores.accuracy import HELD_OUT, PAPER
from store.durations import duration

TITLE = "Scenarios: published beside reproduced"
INTRODUCTION = (
    "Accuracy is 100 % minus the mean absolute percentage error, by one of two protocols. The paper's protocol tests "
    "on the whole data set, or at the largest sampling rate where that was not run; the baseline, scenarios 3, 5, "
    "Ernest and the boosted trees were trained on those runs, scenarios 1, 2 and 4 on smaller samples of the same "
    "configurations. Never seen: each number of executors and cores is predicted by a model that was chosen and "
    "trained without any of its runs."
)

# How to show the columns of a frame: by name, the heading and what puts a cell into words.
Columns = dict[str, tuple[str, Callable[[Any], str]]]

_PUBLISHED_OR_HERE = (("published_", "published "), ("", ""))
_PROTOCOL = {PAPER: "paper's protocol", HELD_OUT: "never seen"}
_TIME = {"completion_time_s": "completion time", "task_s": "mean task time"}


@dataclass(frozen=True)
class Table:
    """Text in rows and columns; columns named in ``words`` hold words and not numbers."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    words: Sequence[str] = ("scenario",)


@dataclass(frozen=True)
class Section:
    """A heading with a note on what is below (which protocol, which unit), and charts, tables and sentences."""

    title: str
    note: str
    charts: Sequence[Chart] = ()
    tables: Sequence[Table] = ()
    texts: Sequence[str] = ()


def chapters(report: Report) -> Iterator[tuple[str, list[Section]]]:
    """A heading and its sections for each cluster."""
    for cluster in report.scenarios["cluster"].unique():
        sections = [_accuracies, _times, _techniques, _effects, _residuals, _differences]
        yield f"Cluster {cluster}", [section(report, cluster) for section in sections]


def _by_application(frame: pd.DataFrame, cluster: str) -> list[tuple[str, pd.DataFrame]]:
    if frame.empty:
        return []
    own = frame[frame["cluster"] == cluster]
    return [(str(name), rows) for name, rows in own.groupby("application", sort=False)]


def _accuracies(report: Report, cluster: str) -> Section:
    columns: Columns = {
        "scenario": ("scenario", str),
        "published": ("published %", str),
        "paper_protocol_pct": ("paper's protocol", percent),
        "never_seen_pct": ("never seen", percent),
    }
    models = _by_application(fitted(report.scenarios), cluster)
    return Section(
        "Accuracy",
        "Percent. Published and here: the paper's protocol. Never seen: leave-one-configuration-out.",
        charts=[accuracy_chart(name, rows) for name, rows in models],
        tables=[_table(name, rows, columns) for name, rows in models],
        texts=[
            f"{name}: scenario {scenario} was not fitted: {refused}"
            for name, rows in _by_application(report.scenarios, cluster)
            for scenario, refused in rows.loc[rows["refused"] != "", ["scenario", "refused"]].itertuples(index=False)
        ],
    )


def _times(report: Report, cluster: str) -> Section:
    names = {"t1_s": "t1", "t2_s": "t2", "T_s": "T"}
    both = [(prefix + name, words + head) for name, head in names.items() for prefix, words in _PUBLISHED_OR_HERE]
    columns: Columns = {"scenario": ("scenario", str), **{name: (head, _time) for name, head in both}}
    models = _by_application(fitted(report.scenarios), cluster)
    return Section(
        "Collecting, tuning and training time",
        "● t1: collecting the training runs, one each. ◆ t2: tuning and training, measured here. | T: their sum, which "
        "is written beside (in characters: o, d, |). The axis is logarithmic. Protocol: none; scoring takes no part in "
        "these times.",
        charts=[time_chart(name, rows, _time) for name, rows in models],
        tables=[_table(name, rows, columns) for name, rows in models],
        texts=[_together(pd.concat([rows for _, rows in models]))] if models else [],
    )


def _together(models: pd.DataFrame) -> str:
    return f"t2 of all {len(models)} models together: {_time(float(models['t2_s'].sum()))}."


def _time(seconds: float) -> str:
    return duration(seconds) if seconds >= 0.05 else "under 0.1 s"


def _techniques(report: Report, cluster: str) -> Section:
    columns: Columns = {
        "scenario": ("scenario", str),
        "level": ("level", str),
        "technique": ("technique", str),
        "params": ("hyper-parameters, or coefficients", _params),
        "searched_by": ("the search held out", str),
        "published": ("published best", str),
    }
    tables = [
        _table(f"{name}: what was chosen", rows, columns, words=[head for head, _ in columns.values()])
        for name, rows in _by_application(report.choices, cluster)
    ]
    return Section(
        "Techniques",
        "Accuracy in percent by the paper's protocol, had the last level one technique only. ✓ was chosen, by the "
        "squared error on what the search held out. Scenarios 1, 2 and 4 do not choose from forests and perceptrons "
        "where they extrapolate.",
        charts=[technique_chart(name, rows) for name, rows in _by_application(report.techniques, cluster)],
        tables=[*tables, *(_level1_table(*found) for found in _by_application(report.techniques, cluster))],
    )


def _level1_table(application: str, techniques: pd.DataFrame) -> Table:
    level1 = techniques[techniques["level"] != "final"]
    names = list(level1["technique"].unique())
    rows = [
        [str(scenario), str(level), *(percent(own.set_index("technique").loc[name, "accuracy_pct"]) for name in names)]
        for (scenario, level), own in level1.groupby(["scenario", "level"], sort=False)
    ]
    title = f"{application}: accuracy of level 1 on the scaled times that it learned from"
    return Table(title, ["scenario", "level 1", *names], rows, ("scenario", "level 1"))


def _effects(report: Report, cluster: str) -> Section:
    columns: Columns = {
        "column": ("column", str),
        "level": ("level", "{:g}".format),
        **{name: (name, "{:.3f}".format) for name in ("min", "mean", "max", "published")},
        "groups": ("groups", str),
    }
    tables = [
        _table(f"{name}: scaled {_TIME[str(time)]}", rows, columns, words=["column"])
        for name, own in _by_application(report.effects, cluster)
        for time, rows in own.groupby("time", sort=False)
    ]
    return Section(
        "Effects",
        "Time over the largest in each group of runs in which all else is equal (tables 2, 3, 4, 5 and, for tasks, 6 "
        "of the paper). No model is involved. Task times need task records."
        + ("" if tables else " These runs vary no column by itself."),
        tables=tables,
    )


def _residuals(report: Report, cluster: str) -> Section:
    signed = "{:+.1f} %".format
    columns: Columns = {
        "scenario": ("scenario", str),
        "protocol": ("protocol", lambda protocol: _PROTOCOL[protocol]),
        "runs": ("runs", "{:,}".format),
        "low": ("5 %", signed),
        "median": ("median", signed),
        "high": ("95 %", signed),
        "worst": ("worst", signed),
        "num_executors": ("its executors", str),
        "executor_cores": ("its cores", "{:g}".format),
        "run_id": ("its run", str),
    }
    words = ["scenario", "protocol", "its run"]
    return Section(
        "Residuals",
        "Actual minus predicted, in percent of actual, a run at the sampling rate of the accuracies. Each run by "
        "itself: python -m perfmodel residuals.",
        tables=[_table(name, rows, columns, words) for name, rows in _by_application(report.residuals, cluster)],
    )


def _differences(report: Report, cluster: str) -> Section:
    texts = [f"{name}: {text}" for (name, where), own in report.texts.items() if where == cluster for text in own]
    return Section("Where and why the figures differ", "", texts=texts)


def _table(
    title: str,
    frame: pd.DataFrame,
    columns: Columns,
    words: Sequence[str] = ("scenario",),
) -> Table:
    """Cells in words; a column in which nothing is known is left out."""
    shown = {name: how for name, how in columns.items() if frame[name].map(_is_known).any()}
    rows = [
        [say(row[name]) if _is_known(row[name]) else "" for name, (_, say) in shown.items()]
        for _, row in frame.drop(columns=PAIR).iterrows()
    ]
    return Table(title, [head for head, _ in shown.values()], rows, words)


def _is_known(cell: Any) -> bool:
    return isinstance(cell, dict) or (pd.notna(cell) and cell != "")


def _params(params: dict[str, Any]) -> str:
    return ", ".join(
        f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}" for name, value in params.items()
    )
