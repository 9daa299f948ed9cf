from __future__ import annotations

import itertools

import numpy as np
import pytest
from sklearn.ensemble import RandomForestRegressor

from perfmodel.scores.folds import leave_one_group_out, leave_one_out
from perfmodel.search.forest import held_out_predictions


def by_scikit_learn(X, y, max_features, n_trees, seed, max_depth=None):
    forest = RandomForestRegressor(n_trees, max_features=max_features, max_depth=max_depth, random_state=seed)
    held_out = [forest.fit(np.delete(X, i, 0), np.delete(y, i)).predict(X[[i]])[0] for i in range(len(y))]
    return np.array(held_out)


@pytest.mark.parametrize("seed", [0, 7])
@pytest.mark.parametrize("n_trees", [5, 20])
@pytest.mark.parametrize("n_features", [1, 2])
def test_equals_scikit_learns_forest_with_a_prefix_of_the_trees(n_features, n_trees, seed):
    grid = np.array(list(itertools.product((2.0, 4.0, 6.0), (1.0, 0.5, 1 / 3))))[:, :n_features]
    y = np.random.default_rng(seed).uniform(1, 9, len(grid))
    trees = held_out_predictions(grid, y, leave_one_out(len(y)), 1, 50, 20, seed)
    expected = by_scikit_learn(grid, y, 1, n_trees, seed)
    np.testing.assert_allclose(trees[:n_trees].mean(axis=0), expected, rtol=1e-12)


def test_equals_scikit_learn_on_distinct_values_and_a_question_half_way():
    x = np.array([[1.0], [2.0], [3.0], [5.0], [4.0]])
    y = np.array([10.0, 8.0, 1.0, 3.0, 2.0])
    np.testing.assert_allclose(
        held_out_predictions(x, y, leave_one_out(len(y)), 1, 50, 30, 1).mean(axis=0),
        by_scikit_learn(x, y, 1, 30, 1),
        rtol=1e-12,
    )


def test_a_depth_that_limits_the_trees_is_kept():
    x = np.arange(12.0).reshape(-1, 1)
    y = np.sin(x[:, 0])
    limited = held_out_predictions(x, y, leave_one_out(len(y)), 1, 2, 10, 0).mean(axis=0)
    np.testing.assert_allclose(limited, by_scikit_learn(x, y, 1, 10, 0, max_depth=2), rtol=1e-12)
    assert not np.allclose(limited, by_scikit_learn(x, y, 1, 10, 0))


def test_values_that_scikit_learn_calls_equal_are_not_split():
    x = np.array([[0.0], [5e-8], [1.0], [2.0]])
    y = np.array([1.0, 3.0, 5.0, 9.0])
    np.testing.assert_allclose(
        held_out_predictions(x, y, leave_one_out(len(y)), 1, 50, 15, 2).mean(axis=0),
        by_scikit_learn(x, y, 1, 15, 2),
        rtol=1e-12,
    )


def test_folds_of_several_rows_are_held_out_together():
    x = np.array([[1.0], [1.0], [2.0], [2.0], [4.0], [8.0]])
    y = np.array([9.0, 8.0, 5.0, 4.0, 2.0, 1.0])
    trees = held_out_predictions(x, y, leave_one_group_out(x[:, 0]), 1, 50, 10, 0)
    expected = RandomForestRegressor(10, max_features=1, random_state=0).fit(x[2:], y[2:]).predict(x[:2])
    np.testing.assert_allclose(trees.mean(axis=0)[:2], expected, rtol=1e-12)
