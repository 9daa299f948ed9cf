"""What a prediction costs on a cluster that is paid by the core and GiB and hour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from perfmodel.errors import PerfmodelError
from perfmodel.evidence.causes import with_real_cores
from perfmodel.features import FloatArray


@dataclass(frozen=True)
class Price:
    """Price of what executors reserve, for as long as the job runs.

    Attributes
    ----------
    per_core_hour, per_gib_hour : float
        In ``currency``; zero or more.
    currency : str
        ISO 4217 code.
    """

    per_core_hour: float
    per_gib_hour: float
    currency: str = "USD"

    def __post_init__(self) -> None:
        for name in ("per_core_hour", "per_gib_hour"):
            if not 0 <= getattr(self, name) < float("inf"):
                raise PerfmodelError(f"the price {name} must be zero or more, not {getattr(self, name)}")


# A round figure to start from, nobody's quotation: the user types the price of the cluster.
EXAMPLE_PRICE = Price(per_core_hour=0.05, per_gib_hour=0.005)


def core_hours(configurations: pd.DataFrame, seconds: FloatArray) -> FloatArray:
    """Executor cores x hours, shape (n_rows,)."""
    cores = np.asarray(with_real_cores(configurations)["total_cores"], dtype=np.float64)
    return cores * seconds / 3600


def cost(configurations: pd.DataFrame, seconds: FloatArray, price: Price) -> FloatArray:
    """Cost in ``price.currency``, shape (n_rows,): cores and memory of all executors for the time of the job.

    The memory is ``executor_memory_gb``. What a cluster grants beside it is not priced, unless it is in that column, as
    in recommendations.
    """
    gib = np.asarray(configurations["num_executors"] * configurations["executor_memory_gb"], dtype=np.float64)
    return core_hours(configurations, seconds) * price.per_core_hour + gib * seconds / 3600 * price.per_gib_hour
