"""Which rows are among known ones, without a hash table of rows: quick for one row as for a hundred thousand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def are_among(rows: Sequence[ArrayLike], known: Sequence[ArrayLike]) -> NDArray[np.bool_]:
    """Whether each row is one of the known rows.

    Parameters
    ----------
    rows, known : sequence of array
        The same columns of both, at least one, each a number a row. NaN is like nothing.

    Returns
    -------
    array of shape (n_rows,)
    """
    places: NDArray[Any] = np.zeros(len(np.asarray(rows[0])), dtype=np.int64)
    known_places: NDArray[Any] = np.zeros(len(np.asarray(known[0])), dtype=np.int64)
    found = np.ones(len(places), dtype=bool)
    for column, known_column in zip(rows, known, strict=True):
        values = np.asarray(column, dtype=float)
        levels, own = np.unique(np.asarray(known_column, dtype=float), return_inverse=True)
        near = np.minimum(np.searchsorted(levels, values), len(levels) - 1)
        found &= levels[near] == values
        places, known_places = places * len(levels) + near, known_places * len(levels) + own
    return found & np.isin(places, known_places)
