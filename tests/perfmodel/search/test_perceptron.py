from __future__ import annotations

import itertools

import numpy as np
import pytest

from perfmodel.features import feature_matrix
from perfmodel.paper.reconstruct import reconstruct
from perfmodel.scenarios import SCENARIOS
from perfmodel.scores.folds import Fold, leave_one_group_out, leave_one_out
from perfmodel.search.perceptron import held_out_errors, perceptron
from perfmodel.search.techniques import convergence_ignored


def points(solver, activation, max_iter=(3, 40, 5000), learning_rate_init=(0.01, 0.05), hidden_layer_sizes=(20,)):
    names = ("solver", "activation", "max_iter", "learning_rate_init", "hidden_layer_sizes")
    axes = itertools.product([solver], [activation], max_iter, learning_rate_init, hidden_layer_sizes)
    return [dict(zip(names, point, strict=True)) for point in axes]


def by_scikit_learn(X, y, folds, grid, seed):
    errors = np.empty((len(y), len(grid)))
    for (j, point), fold in itertools.product(enumerate(grid), folds):
        with convergence_ignored(), np.errstate(all="ignore"):
            try:
                model = perceptron(point, seed).fit(X[fold.train], y[fold.train])
                errors[fold.held_out, j] = (model.predict(X[fold.held_out]) - y[fold.held_out]) ** 2
            except ValueError as error:
                if "non-finite" not in str(error):
                    raise
                errors[fold.held_out, j] = np.inf
    return errors


@pytest.fixture
def rows():
    random = np.random.default_rng(3)
    X = np.array([[c, 1 / e] for c in (2.0, 4.0, 6.0) for e in (1, 2, 3)])
    return X, 900 * X[:, 1] / X[:, 0] + random.normal(0, 5, len(X))


LONGEST = pytest.param("lbfgs", "logistic", marks=pytest.mark.thorough)


@pytest.mark.parametrize(
    ("solver", "activation"),
    [LONGEST, ("lbfgs", "relu"), *itertools.product(("adam", "sgd"), ("logistic", "relu"))],
)
def test_equals_scikit_learn_at_every_stop(solver, activation, rows):
    folds = leave_one_out(9)
    grid = points(solver, activation)
    expected = by_scikit_learn(*rows, folds, grid, 7)
    np.testing.assert_allclose(held_out_errors(*rows, folds, grid, 7), expected, rtol=1e-8)
    assert not np.allclose(expected[:, 0], expected[:, 2])  # the stops are different ones


def test_a_chaotic_minimisation_ends_where_scikit_learns_does():
    scenario = SCENARIOS["baseline"]
    runs = scenario.training_rows(scenario.average(reconstruct("resnet50")))
    X, y = feature_matrix(runs, scenario.features), runs["completion_time_s"].to_numpy()
    folds, grid = leave_one_out(len(y)), points("lbfgs", "logistic", (20_000,), (0.01,), (50,))
    np.testing.assert_allclose(held_out_errors(X, y, folds, grid, 0), by_scikit_learn(X, y, folds, grid, 0), rtol=1e-6)


def test_a_descent_that_diverges_has_an_infinite_error(rows):
    grid = points("sgd", "relu", (400,), (0.01, 5.0))
    errors = held_out_errors(*rows, leave_one_out(9), grid, 0)
    assert np.isinf(errors[:, 1]).all()
    np.testing.assert_allclose(errors, by_scikit_learn(*rows, leave_one_out(9), grid, 0), rtol=1e-8)


@pytest.mark.parametrize("solver", ["lbfgs", "adam", "sgd"])
def test_rows_with_equal_features_and_folds_of_different_sizes(solver):
    random = np.random.default_rng(0)
    x = np.array([1.0, 1, 1, 1, 2, 2, 2, 4, 4, 8]).reshape(-1, 1)
    y = 5 / x[:, 0] + random.normal(0, 0.2, 10)
    for folds in (leave_one_out(10), leave_one_group_out(x[:, 0])):
        grid = points(solver, "relu", (5, 5000))
        expected = by_scikit_learn(x, y, folds, grid, 1)
        np.testing.assert_allclose(held_out_errors(x, y, folds, grid, 1), expected, rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize("activation", ["logistic", "relu"])
@pytest.mark.parametrize("solver", ["lbfgs", "adam", "sgd"])
def test_more_rows_than_a_batch_are_shuffled_as_scikit_learn_shuffles_them(solver, activation):
    random = np.random.default_rng(1)
    X = random.uniform(1, 4, (330, 3))
    y = X[:, 0] / X[:, 1] + X[:, 2]
    folds = leave_one_group_out(np.arange(330) % 3)[:2]
    folds.append(Fold(folds[0].held_out[:90], np.setdiff1d(np.arange(330), [*folds[0].held_out, *folds[1].held_out])))
    grid = points(solver, activation, (2, 30), hidden_layer_sizes=(10,))
    expected = by_scikit_learn(X, y, folds, grid, 2)
    np.testing.assert_allclose(held_out_errors(X, y, folds, grid, 2), expected, rtol=1e-7, atol=1e-12)


def test_the_same_seed_gives_the_same_errors_and_another_seed_others(rows):
    grid = points("adam", "relu", (50,))
    first, again, other = (held_out_errors(*rows, leave_one_out(9), grid, seed) for seed in (4, 4, 5))
    np.testing.assert_array_equal(first, again)
    assert not np.allclose(first, other)


def test_a_target_that_never_varies_is_learned_as_well_as_scikit_learn_learns_it(rows):
    y, folds, grid = np.full(9, 60.0), leave_one_out(9), points("lbfgs", "relu", (5000,))
    np.testing.assert_allclose(
        held_out_errors(rows[0], y, folds, grid, 0), by_scikit_learn(rows[0], y, folds, grid, 0), rtol=1e-7
    )
