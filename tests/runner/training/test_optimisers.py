"""Optimisers, against Keras's own and against what they are defined to do."""

from __future__ import annotations

import numpy as np
import pytest

from runner.networks.cifar_cnn import Gradients
from runner.training.descent import descend
from runner.training.optimisers import OPTIMISERS, make_optimiser


def quadratic(weights):
    """Gradient of half the squared distance from 1."""
    return [weight - 1 for weight in weights]


@pytest.mark.parametrize("name", OPTIMISERS)
def test_each_goes_where_the_gradient_leads(name: str) -> None:
    optimiser, weights = make_optimiser(name, 0.1), [np.zeros(3, dtype=np.float32), np.full(2, 5, dtype=np.float32)]
    for _ in range(300):
        weights = optimiser.step(weights, quadratic(weights))
    for weight in weights:
        np.testing.assert_allclose(weight, 1, atol=1e-2)
        assert weight.dtype == np.float32


def test_plain_descent_is_that_of_the_arms() -> None:
    weights, gradient = [np.arange(3, dtype=np.float32)], [np.array([1, -2, 3], dtype=np.float32)]
    summed = Gradients(0.0, 0, [4 * gradient[0]])
    np.testing.assert_allclose(
        make_optimiser("sgd", 0.5).step(weights, gradient)[0], descend(weights, summed, 4, 0.5)[0], rtol=1e-6
    )


def test_momentum_keeps_nine_tenths_of_its_speed() -> None:
    optimiser, weights = make_optimiser("momentum", 1.0), [np.zeros(1, dtype=np.float32)]
    weights = optimiser.step(weights, [np.ones(1, dtype=np.float32)])
    weights = optimiser.step(weights, [np.zeros(1, dtype=np.float32)])
    np.testing.assert_allclose(weights[0], [-1.9], rtol=1e-6)


def test_adams_first_step_has_the_size_of_the_learning_rate() -> None:
    (weight,) = make_optimiser("adam", 0.01).step([np.zeros(2, dtype=np.float32)], [np.array([1e-3, 50.0])])
    np.testing.assert_allclose(weight, [-0.01, -0.01], rtol=1e-3)
