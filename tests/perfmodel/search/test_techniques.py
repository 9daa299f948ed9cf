from __future__ import annotations

import numpy as np
import pytest

from perfmodel.errors import UnknownNameError
from perfmodel.scores.folds import leave_one_out
from perfmodel.search.techniques import TECHNIQUES, convergence_ignored, technique_named


def brute_force(technique, X, y, grid, seed):
    errors = np.empty((len(y), len(grid)))
    for j, params in enumerate(grid):
        for i in range(len(y)):
            keep = np.arange(len(y)) != i
            with convergence_ignored():
                model = technique.estimator(params, seed).fit(X[keep], y[keep])
            errors[i, j] = (model.predict(X[[i]])[0] - y[i]) ** 2
    return errors


@pytest.fixture
def rows():
    random = np.random.default_rng(3)
    X = np.array([[c, 1 / e] for c in (2.0, 4.0, 6.0, 8.0) for e in (1, 2, 3)])
    return X, 900 * X[:, 1] / X[:, 0] + random.normal(0, 5, len(X))


def test_grids_are_the_papers():
    sizes = {name: len(technique.grid) for name, technique in TECHNIQUES.items()}
    assert sizes == {"lasso": 9, "ridge": 9, "random_forest": 27, "mlp": 108}
    assert [point["alpha"] for point in TECHNIQUES["lasso"].grid] == [1e-15, 1e-10, 1e-8, 1e-3, 1e-2, 1, 5, 10, 20]


@pytest.mark.parametrize("name", ["lasso", "ridge"])
def test_fast_leave_one_out_of_the_linear_techniques_equals_brute_force(name, rows):
    technique = TECHNIQUES[name]
    fast = technique.held_out_errors(*rows, leave_one_out(12), technique.grid, 0)
    np.testing.assert_allclose(fast, brute_force(technique, *rows, technique.grid, 0), rtol=1e-6, atol=1e-6)


def test_fast_leave_one_out_of_the_forest_equals_brute_force(rows):
    technique = TECHNIQUES["random_forest"]
    grid = [point for point in technique.grid if point["n_estimators"] == 50 and point["max_depth"] != 100]
    fast = technique.held_out_errors(*rows, leave_one_out(12), technique.grid, 5)
    chosen = fast[:, [technique.grid.index(point) for point in grid]]
    np.testing.assert_allclose(chosen, brute_force(technique, *rows, grid, 5), rtol=1e-9)


@pytest.mark.thorough
def test_fast_leave_one_out_of_the_perceptron_equals_brute_force(rows):
    technique = TECHNIQUES["mlp"]
    grid = [point for point in technique.grid if point["max_iter"] == 5000 and point["hidden_layer_sizes"] == 50]
    fast = technique.held_out_errors(*rows, leave_one_out(12), technique.grid, 5)
    chosen = fast[:, [technique.grid.index(point) for point in grid]]
    np.testing.assert_allclose(chosen, brute_force(technique, *rows, grid, 5), rtol=1e-6)


def test_an_unknown_technique_is_refused_with_the_known_ones():
    with pytest.raises(UnknownNameError, match=r"svm.*lasso, ridge, random_forest"):
        technique_named("svm")
