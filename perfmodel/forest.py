"""Leave-one-out predictions of random forests, exactly as scikit-learn would make them, without the waste.

scikit-learn draws the seeds of a forest's trees one after the other, so a forest of 50 trees is the first third of the
forest of 150 with the same seed, and one pass answers for both. On tiny data a tree takes microseconds to grow and
scikit-learn a hundred times as long to check its input and to make a random state, so this module drives scikit-learn's
own tree builder directly. That is not public: the version is pinned, and `tests/perfmodel/test_forest.py` holds every
result against `RandomForestRegressor`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.tree._criterion import MSE
from sklearn.tree._splitter import BestSplitter
from sklearn.tree._tree import DepthFirstTreeBuilder, Tree

from perfmodel.features import FloatArray

_MAX_INT = np.iinfo(np.int32).max
_ONE_OUTPUT = np.array([1], dtype=np.intp)


@dataclass(frozen=True)
class _FirstDraw:
    """Stands for a fresh ``RandomState``, of which a splitter takes one integer."""

    value: int

    def randint(self, low: int, high: int) -> int:
        return self.value


def leave_one_out_predictions(
    X: FloatArray, y: FloatArray, max_features: int, max_depth: int, n_trees: int, seed: int
) -> FloatArray:
    """Each tree's prediction for each row, by forests that never saw that row.

    Parameters
    ----------
    X : array of shape (n_rows, n_features)
    y : array of shape (n_rows,)
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
    n_rows = len(y)
    X32 = X.astype(np.float32)
    keep = ~np.eye(n_rows, dtype=bool)
    folds = [(X32[keep[i]], y[keep[i]].reshape(-1, 1), X32[i : i + 1]) for i in range(n_rows)]
    predictions = np.empty((n_trees, n_rows))
    for t, tree_seed in enumerate(_tree_seeds(seed, n_trees)):
        counts = _bootstrap_counts(tree_seed, n_rows - 1)
        first_draw = _FirstDraw(np.random.RandomState(tree_seed).randint(0, _MAX_INT))
        for i, (X_train, y_train, x) in enumerate(folds):
            tree = _grow(X_train, y_train, counts, max_features, max_depth, first_draw)
            predictions[t, i] = tree.predict(x).item()
    return predictions


def _tree_seeds(seed: int, n_trees: int) -> list[int]:
    random = np.random.RandomState(seed)
    return [random.randint(_MAX_INT) for _ in range(n_trees)]


def _bootstrap_counts(tree_seed: int, n_rows: int) -> FloatArray:
    sample = np.random.RandomState(tree_seed).randint(0, n_rows, n_rows)
    return np.bincount(sample, minlength=n_rows).astype(np.float64)


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
