"""The numbers that Myung & Yu printed, as data.

Source: Myung R., Yu H. "Performance Prediction for Convolutional Neural Network on Spark Cluster".
Electronics 2020, 9(9), 1340. doi:10.3390/electronics9091340
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

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
