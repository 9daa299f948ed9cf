"""Which rows are held out together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from perfmodel.features import FloatArray


class Fold(NamedTuple):
    """Positions of the rows that train and of those that are held out."""

    train: NDArray[np.intp]
    held_out: NDArray[np.intp]


def leave_one_group_out(groups: ArrayLike) -> list[Fold]:
    """One fold a distinct group; with distinct groups this is leave-one-out."""
    labels = np.unique(np.asarray(groups), axis=0, return_inverse=True)[1].ravel()
    everything = np.arange(len(labels))
    return [Fold(everything[labels != label], everything[labels == label]) for label in range(labels.max() + 1)]


def leave_one_out(n_rows: int) -> list[Fold]:
    """One fold a row."""
    return leave_one_group_out(np.arange(n_rows))


def split(X: FloatArray, y: FloatArray, folds: list[Fold]) -> Iterator[tuple[Fold, FloatArray, FloatArray]]:
    """Each fold with its training features and targets."""
    return ((fold, X[fold.train], y[fold.train]) for fold in folds)
