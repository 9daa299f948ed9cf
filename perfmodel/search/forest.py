"""Held-out predictions of random forests, exactly as scikit-learn would make them, without the waste.

scikit-learn draws the seeds of a forest's trees one after the other, so a forest of 50 trees is the first third of the
forest of 150 with the same seed, and one pass answers for both. On tiny data a tree takes microseconds to grow and
scikit-learn a hundred times as long to check its input and to make a random state, so this module drives scikit-learn's
own tree builder directly. That is not public: the version is pinned, and `tests/perfmodel/search/test_forest.py` holds
every result against `RandomForestRegressor`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from sklearn.tree._criterion import MSE
from sklearn.tree._splitter import BestSplitter
from sklearn.tree._tree import DepthFirstTreeBuilder, Tree

from perfmodel.features import FloatArray
from perfmodel.scores.folds import Fold

_MAX_INT = np.iinfo(np.int32).max
_ONE_OUTPUT = np.array([1], dtype=np.intp)


@dataclass(frozen=True)
class _FirstDraw:
    """Stands for a fresh ``RandomState``, of which a splitter takes one integer."""

    value: int

    def randint(self, low: int, high: int) -> int:
        return self.value


def held_out_predictions(
    X: FloatArray, y: FloatArray, folds: list[Fold], max_features: int, max_depth: int, n_trees: int, seed: int
) -> FloatArray:
    """Each tree's prediction for each row, by forests that never saw the row's fold.

    Parameters
    ----------
    X : array of shape (n_rows, n_features)
    y : array of shape (n_rows,)
    folds : list of Fold
        Each row is held out once.
    max_features : int
        Features that a split may look at.
    max_depth : int
    n_trees : int
    seed : int
        ``random_state`` of the forest.

    Returns
    -------
    array of shape (n_trees, n_rows)
        The mean of the first k rows is the prediction of a forest of k trees.
    """
    X32 = X.astype(np.float32)
    seeds, first_draws = _tree_seeds(seed, n_trees)
    predictions = np.empty((n_trees, len(y)))
    for fold in folds:
        X_train, y_train, asked = X32[fold.train], y[fold.train].reshape(-1, 1), X32[fold.held_out]
        counts = _bootstrap_counts(seeds, len(fold.train))
        for t, first_draw in enumerate(first_draws):
            tree = _grow(X_train, y_train, counts[t], max_features, max_depth, first_draw)
            predictions[t, fold.held_out] = tree.predict(asked).ravel()
    return predictions


@lru_cache(maxsize=4)
def _tree_seeds(seed: int, n_trees: int) -> tuple[tuple[int, ...], tuple[_FirstDraw, ...]]:
    """The seed of each tree, and what its splitter draws from it; the same for every search, and slow to make."""
    random = np.random.RandomState(seed)
    seeds = tuple(random.randint(_MAX_INT) for _ in range(n_trees))
    return seeds, tuple(_FirstDraw(np.random.RandomState(s).randint(0, _MAX_INT)) for s in seeds)


@lru_cache(maxsize=32)
def _bootstrap_counts(seeds: tuple[int, ...], n_rows: int) -> FloatArray:
    """How often each tree's bootstrap sample holds each row, shape (n_trees, n_rows); the same for equal folds."""
    samples = (np.random.RandomState(seed).randint(0, n_rows, n_rows) for seed in seeds)
    return np.array([np.bincount(sample, minlength=n_rows) for sample in samples], dtype=np.float64)


def _grow(
    X: NDArray[np.float32],
    y: FloatArray,
    weight: FloatArray,
    max_features: int,
    max_depth: int,
    first_draw: _FirstDraw,
) -> Tree:
    tree = Tree(X.shape[1], _ONE_OUTPUT, 1)
    splitter = BestSplitter(MSE(1, len(y)), max_features, 1, 0.0, first_draw, None)
    DepthFirstTreeBuilder(splitter, 2, 1, 0.0, max_depth, 0.0).build(tree, X, y, weight, None)
    return tree
