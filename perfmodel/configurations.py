"""What estimators over whole configurations read of averaged runs, and when they refuse."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from perfmodel.errors import CannotPredictError, NotEnoughRunsError
from perfmodel.features import FloatArray
from perfmodel.scenarios import GROUP_COLUMNS, RATE, SCENARIOS

NEEDED_COLUMNS = (*GROUP_COLUMNS, RATE)
OPTIONAL_COLUMNS = SCENARIOS["5"].optional
# No job ends faster: the floor that keeps every prediction above zero.
SHORTEST_S = 1e-3


def needed_columns(X: pd.DataFrame, who: str) -> FloatArray:
    """`NEEDED_COLUMNS` of ``X`` as an array of shape (n_rows, 3).

    Raises
    ------
    CannotPredictError
        Naming the columns that are missing; ``who`` is the estimator's name for people.
    """
    missing = [column for column in NEEDED_COLUMNS if column not in X]
    if missing:
        raise CannotPredictError(f"{who} needs the columns {', '.join(missing)}; add them to the input")
    return X[list(NEEDED_COLUMNS)].to_numpy(dtype=np.float64)


def known_columns(X: pd.DataFrame) -> list[str]:
    """The needed columns, and the optional ones that every row knows."""
    return [*NEEDED_COLUMNS, *(name for name in OPTIONAL_COLUMNS if name in X and X[name].notna().all())]


def configuration_groups(X: pd.DataFrame, who: str) -> list[NDArray[np.intp]]:
    """Positions of the rows with each number of executors and cores, in the order of these.

    Rows that differ in memory, partition size or sampling rate only stay together: left out together, they show what
    a model makes of executors and cores that it has never seen.

    Raises
    ------
    NotEnoughRunsError
        With fewer than 2 configurations.
    """
    needed_columns(X, who)
    found = X.groupby(GROUP_COLUMNS, sort=True).indices.values()
    if len(found) < 2:
        raise NotEnoughRunsError(
            f"{who} needs runs of at least 2 configurations ({', '.join(GROUP_COLUMNS)}), and there are {len(found)}"
            "; profile another number of executors or cores"
        )
    return [np.asarray(rows, dtype=np.intp) for rows in found]


def positive_times(y: Sequence[float] | pd.Series[float]) -> FloatArray:
    """Completion times as an array.

    Raises
    ------
    NotEnoughRunsError
        When one of them is missing or not above zero: such a run has no time to learn from.
    """
    times = np.asarray(y, dtype=np.float64)
    bad = int(np.sum(~(np.isfinite(times) & (times > 0))))
    if bad:
        raise NotEnoughRunsError(
            f"{bad} of {len(times)} runs have no completion time above zero; leave failed runs out of the fit"
        )
    return times
