"""What a run was recommended as: the properties that exports write, as they come back in its event log."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

PREFIX = "spark.sparkcast."
LONGEST = 500
_TEXTS = {
    "application": "application",
    "cluster": "cluster",
    "model": "model",
    "data_sha256": "dataSha256",
    "data_origin": "dataOrigin",
    "predicted_cost": "predictedCost",
    "made_on": "madeOn",
    "memory_regime": "memoryRegime",
}
_NUMBERS = {
    "sampling_rate_pct": "samplingRatePct",
    "predicted_s": "predictedSeconds",
    "predicted_low_s": "predictedLowSeconds",
    "predicted_high_s": "predictedHighSeconds",
    "interval_level": "intervalLevel",
    "executor_memory_gb": "executorMemoryGb",
}
_COUNTS = {
    "num_executors": "numExecutors",
    "executor_cores": "executorCores",
    "images_per_partition": "imagesPerPartition",
}


def recommended(properties: Mapping[str, str]) -> dict[str, Any]:
    """Return what the properties say of the recommendation; empty when the run followed none.

    Values that are no numbers above zero, and texts that are longer than `LONGEST`, are left out: a log is data.
    """
    texts = {name: properties.get(PREFIX + key, "") for name, key in _TEXTS.items()}
    numbers = {name: _number(properties.get(PREFIX + key, "")) for name, key in _NUMBERS.items()}
    numbers |= {name: _count(properties.get(PREFIX + key, "")) for name, key in _COUNTS.items()}
    known = {name: text for name, text in texts.items() if 0 < len(text) <= LONGEST}
    return known | {name: value for name, value in numbers.items() if value is not None}


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 < value < math.inf else None


def _count(text: str) -> int | None:
    value = _number(text)
    return None if value is None or not value.is_integer() else int(value)
