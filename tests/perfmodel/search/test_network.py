from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import approx_fprime
from sklearn.neural_network import MLPRegressor

import perfmodel.search.network
from perfmodel.search.network import Network, Rows
from perfmodel.search.techniques import convergence_ignored


def problem(n_networks=3):
    random = np.random.default_rng(0)
    X, y = random.normal(size=(n_networks, 5, 2)), random.normal(size=(n_networks, 5, 1))
    ones, n = np.ones((n_networks, 5, 1)), np.full((n_networks, 1), 5.0)
    return Rows(X, y, ones, np.zeros(n_networks), n), random.normal(size=(n_networks, 4 * 6 + 1))


@pytest.mark.parametrize("activation", ["logistic", "relu"])
def test_starts_where_scikit_learn_starts(activation):
    network = Network(2, 6, activation)
    tiny_steps = MLPRegressor(hidden_layer_sizes=6, activation=activation, learning_rate_init=1e-12, max_iter=1)
    X, y = np.arange(8.0).reshape(4, 2), np.arange(4.0)
    with convergence_ignored():
        model = tiny_steps.set_params(random_state=3).fit(X, y)
    packed = np.concatenate([part.ravel() for part in [*model.coefs_, *model.intercepts_]])
    np.testing.assert_allclose(network.initial(np.random.RandomState(3)), packed, atol=1e-10)


@pytest.mark.parametrize("activation", ["logistic", "relu"])
def test_the_gradient_is_that_of_the_loss(activation):
    network = Network(2, 6, activation)
    rows, packed = problem()
    gradient = network.loss_and_gradient(packed, rows)[1]
    for b in range(3):
        only = rows.of(slice(b, b + 1))
        numeric = approx_fprime(packed[b], lambda p, only=only: network.loss_and_gradient(p[None], only)[0][0], 1e-7)
        np.testing.assert_allclose(gradient[b], numeric, atol=1e-6)


def test_a_row_that_stands_for_several_gives_their_loss_and_gradient():
    network = Network(1, 6, "relu")
    packed = np.random.default_rng(1).normal(size=(1, 3 * 6 + 1))
    four = Rows(
        np.array([[[1.0], [1], [1], [3]]]), np.array([[[2.0], [5], [5], [7]]]), np.ones((1, 4, 1)),
        np.zeros(1), np.array([[4.0]]),
    )  # fmt: skip
    two = Rows(
        np.array([[[1.0], [3], [9]]]), np.array([[[4.0], [7], [0]]]), np.array([[[3.0], [1], [0]]]),
        np.array([6.0]), np.array([[4.0]]),
    )  # fmt: skip
    for separate, merged in zip(
        network.loss_and_gradient(packed, four), network.loss_and_gradient(packed, two), strict=True
    ):
        np.testing.assert_allclose(separate, merged, rtol=1e-12)


def test_networks_beyond_the_cache_are_computed_in_parts_to_the_same_bit(monkeypatch):
    network = Network(2, 6, "logistic")
    rows, packed = problem(7)
    together = network.loss_and_gradient(packed, rows)
    monkeypatch.setattr(perfmodel.search.network, "_AT_ONCE", 2 * 5 * 6)
    apart = network.loss_and_gradient(packed, rows)
    np.testing.assert_array_equal(together[0], apart[0])
    np.testing.assert_array_equal(together[1], apart[1])


def test_a_network_that_diverged_predicts_no_number_that_could_win():
    network = Network(2, 6, "relu")
    rows, packed = problem(2)
    packed[1, 0] = np.nan
    predicted = network.predict(packed, rows.X)
    assert np.isfinite(predicted[0]).all()
    assert np.isinf(predicted[1]).all()
