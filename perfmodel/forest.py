"""Leave-one-out errors of random forests, exactly as scikit-learn would compute them, without the waste.

scikit-learn draws the seed of tree *i* from the forest's random state before anything else, so a forest of 50 trees is
the first third of the forest of 150 with the same seed; and on tiny data the paper's depths (50, 100, 150) limit no
tree. Both follow from `sklearn.ensemble._forest`, and `tests/perfmodel/test_forest.py` holds them against it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn import config_context
from sklearn.tree import DecisionTreeRegressor

from perfmodel.features import FloatArray

# scikit-learn calls two values of a feature the same when they are this close (sklearn.tree._splitter).
_SAME_VALUE = 1e-7
_MAX_INT = np.iinfo(np.int32).max


def tree_seeds(seed: int, n_trees: int) -> list[int]:
    """The seeds that ``RandomForestRegressor(random_state=seed)`` gives its trees."""
    random = np.random.RandomState(seed)
    return [int(random.randint(_MAX_INT)) for _ in range(n_trees)]


def bootstrap_counts(seeds: list[int], n_rows: int) -> FloatArray:
    """How often each tree's bootstrap sample holds each row, shape (n_trees, n_rows)."""
    samples = (np.random.RandomState(s).randint(0, n_rows, n_rows) for s in seeds)
    return np.array([np.bincount(sample, minlength=n_rows) for sample in samples], dtype=np.float64)


def leave_one_out_predictions(
    X: FloatArray, y: FloatArray, max_features: int, max_depth: int | None, n_trees: int, seed: int
) -> FloatArray:
    """Each tree's prediction for each row, by forests that never saw that row.

    Parameters
    ----------
    X : array of shape (n_rows, n_features)
    y : array of shape (n_rows,)
    max_features : int
        Features that a split may look at.
    max_depth : int or None
        None where no tree can reach the limit.
    n_trees : int
    seed : int
        ``random_state`` of the forest.

    Returns
    -------
    array of shape (n_trees, n_rows)
        The mean of the first k rows is the prediction of a forest of k trees.
    """
    X32 = X.astype(np.float32)
    seeds = tree_seeds(seed, n_trees)
    counts = bootstrap_counts(seeds, len(y) - 1)
    keep = ~np.eye(len(y), dtype=bool)
    if max_depth is None and _is_one_clean_feature(X32):
        columns = [_one_feature(X32[keep[i]], y[keep[i]], counts, X32[i]) for i in range(len(y))]
    else:
        trees = [DecisionTreeRegressor(max_features=max_features, max_depth=max_depth, random_state=s) for s in seeds]
        columns = [_any_features(X32[keep[i]], y[keep[i]], counts, X32[i], trees) for i in range(len(y))]
    return np.column_stack(columns)


def _is_one_clean_feature(X: NDArray[np.float32]) -> bool:
    gaps = np.diff(np.unique(X[:, 0]).astype(np.float64))
    return X.shape[1] == 1 and bool((gaps > 2 * _SAME_VALUE).all())


def _one_feature(X: NDArray[np.float32], y: FloatArray, counts: FloatArray, x: NDArray[np.float32]) -> FloatArray:
    """Fully grown trees of one feature, all at once.

    Such a tree has a leaf for each distinct value in its bootstrap sample, and cuts half-way between neighbours, a
    tie going to the smaller: it predicts the mean of the nearest value's rows.
    """
    values, row_value = np.unique(X[:, 0], return_inverse=True)
    member = np.eye(len(values))[row_value]
    weight = counts @ member
    total = (counts * y) @ member
    distance = np.abs(values.astype(np.float64) - np.float64(x[0]))
    nearest = np.argmin(np.where(weight > 0, distance, np.inf), axis=1)
    trees = np.arange(len(counts))
    return np.asarray(total[trees, nearest] / weight[trees, nearest])


def _any_features(
    X: NDArray[np.float32],
    y: FloatArray,
    counts: FloatArray,
    x: NDArray[np.float32],
    trees: list[DecisionTreeRegressor],
) -> FloatArray:
    question = x.reshape(1, -1)
    predictions = np.empty(len(trees))
    with config_context(skip_parameter_validation=True):
        for i, (tree, weight) in enumerate(zip(trees, counts, strict=True)):
            tree.fit(X, y, sample_weight=weight, check_input=False)
            predictions[i] = tree.tree_.predict(question)[0, 0]
    return predictions
