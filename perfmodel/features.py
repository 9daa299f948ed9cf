"""Features: what a model sees of a run (section 4.2 of the paper)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Feature:
    """One column of the run log, or its reciprocal.

    Attributes
    ----------
    name : str
        As the paper writes it, e.g. ``1/num_executors``.
    column : str
        Run-log column behind it.
    unit : str
        Unit of the column.
    """

    name: str
    column: str
    unit: str

    @property
    def is_reciprocal(self) -> bool:
        """Whether the feature is one over its column."""
        return self.name.startswith("1/")

    def of(self, rows: pd.DataFrame) -> FloatArray:
        """Values for ``rows``, shape (n_rows,)."""
        values = rows[self.column].to_numpy(dtype=np.float64)
        return 1.0 / values if self.is_reciprocal else values


FEATURES = {
    feature.name: feature
    for feature in (
        Feature("executor_cores", "executor_cores", "cores"),
        Feature("1/executor_cores", "executor_cores", "cores"),
        Feature("num_executors", "num_executors", "executors"),
        Feature("1/num_executors", "num_executors", "executors"),
        Feature("executor_memory_gb", "executor_memory_gb", "GiB"),
        Feature("images_per_partition", "images_per_partition", "images"),
        Feature("sampling_rate_pct", "sampling_rate_pct", "percent"),
    )
}


def feature_matrix(rows: pd.DataFrame, names: Sequence[str]) -> FloatArray:
    """The named features of ``rows``, shape (n_rows, n_names)."""
    return np.column_stack([FEATURES[name].of(rows) for name in names])
