"""The numbers that Myung & Yu printed, as data.

Source: Myung R., Yu H. "Performance Prediction for Convolutional Neural Network on Spark Cluster".
Electronics 2020, 9(9), 1340. doi:10.3390/electronics9091340
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import pandas as pd

from perfmodel.errors import UnknownNameError

CLUSTER = "paper-2020"
CITATION = "Myung & Yu, Electronics 2020, 9(9), 1340, doi:10.3390/electronics9091340"


@cache
def published() -> dict[str, Any]:
    """Every number of the paper that the project uses, keyed by table or figure."""
    text = resources.files("perfmodel").joinpath("data/published.json").read_text(encoding="utf-8")
    numbers: dict[str, Any] = json.loads(text)
    return numbers


def applications() -> tuple[str, ...]:
    """The CNNs that the paper profiled."""
    return tuple(published()["applications"])


@dataclass(frozen=True)
class Band:
    """Smallest, average and largest scaled completion time of a table's cell; no unit."""

    low: float
    mean: float
    high: float


@dataclass(frozen=True)
class PublishedApplication:
    """What tables 2-5 and section 6 say of one CNN.

    Attributes
    ----------
    by_cores, by_executors : dict of int to float
        Tables 5a and 5b: average scaled completion time by executor cores and by number of executors.
    by_sampling_rate : dict of float to float
        Table 2: average scaled completion time by sampling rate in percent; 100 % is 1 by definition.
    memory, images_per_partition : Band
        Tables 3 and 4: scaled completion time over executor memory and over images per partition.
    baseline_t1_s : float
        Published collecting time of the baseline, in seconds: the 12 averages at 100 % together.
    """

    by_cores: dict[int, float]
    by_executors: dict[int, float]
    by_sampling_rate: dict[float, float]
    memory: Band
    images_per_partition: Band
    baseline_t1_s: float


def published_application(application: str) -> PublishedApplication:
    """The published figures of one CNN, typed."""
    if application not in applications():
        known = ", ".join(applications())
        raise UnknownNameError(f"the paper has no application {application!r}; it has {known}")
    p = published()
    rates = p["table_2_scaled_completion_time_by_sampling_rate"]
    return PublishedApplication(
        by_cores=_by_level(p["table_5a_scaled_completion_time_by_executor_cores"][application]),
        by_executors=_by_level(p["table_5b_scaled_completion_time_by_num_executors"][application]),
        by_sampling_rate={**{float(rate): rates[rate][application]["avg"] for rate in rates}, 100.0: 1.0},
        memory=_band(p["table_3_scaled_completion_time_by_executor_memory"][application]),
        images_per_partition=_band(p["table_4_scaled_completion_time_by_images_per_partition"][application]),
        baseline_t1_s=60.0 * p["reported_t1_minutes"]["baseline"][application],
    )


def _by_level(cells: dict[str, float]) -> dict[int, float]:
    return {int(level): value for level, value in cells.items()}


def _band(cell: dict[str, float]) -> Band:
    return Band(cell["min"], cell["avg"], cell["max"])


@dataclass(frozen=True)
class Reported:
    """What section 6 reports of a scenario and CNN; empty or None where it says nothing.

    Attributes
    ----------
    accuracy : str
        In percent, as the paper says it, such as ``over 98 (lv1 over 99)``.
    technique : str
        The best technique or techniques, as the paper says it.
    t1_s, t2_s : float or None
        Collecting time, and tuning and training time, in seconds.
    """

    accuracy: str
    technique: str
    t1_s: float | None
    t2_s: float | None

    @property
    def accuracy_pct(self) -> float | None:
        """The first number in ``accuracy``."""
        number = re.search(r"\d+(\.\d+)?", self.accuracy)
        return float(number[0]) if number else None

    @property
    def total_s(self) -> float | None:
        """T in seconds, where both of its parts are reported."""
        return None if self.t1_s is None or self.t2_s is None else self.t1_s + self.t2_s


def reported(scenario: str, application: str) -> Reported:
    """Look up what the paper reports; all empty for what it did not study."""
    if application not in applications():
        return Reported("", "", None, None)
    figures = published()["reported_accuracy_pct"].get(scenario, {})
    technique = figures.get("best_technique", "")
    if isinstance(technique, list):
        technique = technique[applications().index(application)]
    return Reported(
        accuracy=str(figures.get(application, figures.get("average", ""))),
        technique=technique,
        t1_s=_reported_s("reported_t1_minutes", scenario, application),
        t2_s=_reported_s("reported_t2_minutes", scenario, application),
    )


def _reported_s(table: str, scenario: str, application: str) -> float | None:
    """Seconds from minutes that are given by application, or in words: "as baseline", "about 20"."""
    minutes = published()[table].get(scenario)
    if isinstance(minutes, str) and minutes.startswith("as "):
        minutes = published()[table][minutes.removeprefix("as ")]
    if isinstance(minutes, dict):
        minutes = minutes[application]
    if isinstance(minutes, str):
        number = minutes.removeprefix("about ")
        minutes = float(number) if number.isdigit() else None
    return None if minutes is None else 60.0 * float(minutes)


def published_effects(application: str, value: str) -> pd.DataFrame:
    """Average scaled times by level, from tables 2 and 5 or, for tasks, 6; no unit.

    Tables 3 and 4 print one average over all levels and are not here (see `published_application`).

    Parameters
    ----------
    application : str
    value : str
        ``completion_time_s`` or ``task_s``, as in `perfmodel.evidence.effects.effects`.

    Returns
    -------
    DataFrame
        ``column``, ``level``, ``published``; no rows for an application that the paper did not study.
    """
    p = published()
    by_column: dict[str, dict[Any, float]] = {}
    if value == "task_s" and application in applications():
        by_column = {
            "executor_cores": _by_level(p["table_6a_scaled_task_time_by_executor_cores"][application]),
            "num_executors": _by_level(p["table_6b_scaled_task_time_by_num_executors"][application]),
        }
    elif application in applications():
        figures = published_application(application)
        by_column = {"executor_cores": figures.by_cores, "num_executors": figures.by_executors}
        by_column["sampling_rate_pct"] = figures.by_sampling_rate
    rows = [(column, level, mean) for column, levels in by_column.items() for level, mean in levels.items()]
    return pd.DataFrame(rows, columns=["column", "level", "published"]).astype({"level": float, "published": float})
