"""The NumPy layers, gradient-checked one by one, and the network they make."""

from __future__ import annotations

import numpy as np
import pytest

from runner.networks.cifar_cnn import NumpyNetwork, initial_weights
from runner.networks.numpy_layers import Convolution, Dense, MaxPooling, Relu, softmax_cross_entropy

LIMIT = 1e-6  # relative error allowed to a gradient in float64
STEP = 1e-6


def numerical_gradient(function, array):
    """Central differences of a scalar function by each entry of an array that it reads."""
    gradient = np.empty_like(array)
    for index in np.ndindex(array.shape):
        kept = array[index]
        array[index] = kept + STEP
        above = function()
        array[index] = kept - STEP
        gradient[index] = (above - function()) / (2 * STEP)
        array[index] = kept
    return gradient


def relative_error(one, other):
    return np.abs(one - other).max() / np.abs(one).max()


def normal(*shape):
    return np.random.default_rng(sum(shape)).standard_normal(shape)


# Inputs at least a step away from ReLU's kink and from ties of the pooling: there a derivative exists.
def distinct(*shape):
    values = np.random.default_rng(3).permutation(np.prod(shape)) - np.prod(shape) / 2 + 0.25
    return values.reshape(shape) / np.prod(shape)


LAYERS = {
    "convolution 5x5": (lambda: Convolution(normal(5, 5, 3, 4), normal(4)), normal(2, 6, 6, 3)),
    "convolution 3x3": (lambda: Convolution(normal(3, 3, 2, 3), normal(3)), normal(2, 5, 7, 2)),
    "relu": (Relu, distinct(2, 4, 4, 3)),
    "pooling": (lambda: MaxPooling(2), distinct(2, 6, 4, 3)),
    "dense": (lambda: Dense(normal(24, 10), normal(10)), normal(3, 2, 4, 3)),
}


@pytest.mark.parametrize("name", LAYERS)
def test_every_layers_gradients_are_those_of_central_differences(name):
    make, inputs = LAYERS[name]
    layer = make()
    upstream = normal(*layer.forward(inputs).shape)

    def loss():
        return float((layer.forward(inputs) * upstream).sum())

    layer.forward(inputs)
    by_inputs = layer.backward(upstream)
    assert relative_error(by_inputs, numerical_gradient(loss, inputs)) < LIMIT
    by_parameters = list(layer.gradients)
    assert len(by_parameters) == len(layer.parameters)
    for gradient, parameter in zip(by_parameters, layer.parameters, strict=True):
        assert relative_error(gradient, numerical_gradient(loss, parameter)) < LIMIT


def test_the_gradient_of_the_loss_is_that_of_central_differences():
    scores, labels = normal(4, 10), np.array([1, 0, 9, 4])
    _, gradient = softmax_cross_entropy(scores, labels)
    assert (
        relative_error(gradient, numerical_gradient(lambda: softmax_cross_entropy(scores, labels)[0], scores)) < LIMIT
    )


def test_the_loss_of_equal_scores_is_the_log_of_the_number_of_classes():
    loss, _ = softmax_cross_entropy(np.zeros((5, 10)), np.arange(5))
    assert loss == pytest.approx(5 * np.log(10))


def test_high_scores_do_not_overflow():
    loss, gradient = softmax_cross_entropy(np.array([[1e4, 0.0]]), np.array([1]))
    assert loss == pytest.approx(1e4)
    assert np.isfinite(gradient).all()


def test_a_convolution_is_the_sum_over_its_window():
    layer = Convolution(np.ones((3, 3, 1, 1)), np.zeros(1))
    outputs = layer.forward(np.ones((1, 3, 3, 1)))[0, :, :, 0]
    assert outputs.tolist() == [[4, 6, 4], [6, 9, 6], [4, 6, 4]]


def test_the_network_has_84362_parameters():
    assert sum(array.size for array in initial_weights(seed=0)) == 84_362
    assert all(array.dtype == np.float32 for array in initial_weights(seed=0))


def test_the_networks_gradients_are_those_of_central_differences():
    weights = [array.astype(np.float64) for array in initial_weights(seed=1, filters=2)]
    network = NumpyNetwork(weights)
    images, labels = normal(2, 32, 32, 3), np.array([3, 7])
    found = network.gradients(images, labels)
    kernel = numerical_gradient(lambda: network.gradients(images, labels).loss, weights[0])
    assert relative_error(found.arrays[0], kernel) < LIMIT


def test_shards_add_up_to_the_batch():
    network = NumpyNetwork([array.astype(np.float64) for array in initial_weights(seed=1)])
    images, labels = normal(5, 32, 32, 3), np.arange(5)
    whole = network.gradients(images, labels)
    parts = [network.gradients(images[:2], labels[:2]), network.gradients(images[2:], labels[2:])]
    assert sum(part.loss for part in parts) == pytest.approx(whole.loss)
    assert sum(part.correct for part in parts) == whole.correct
    for number, array in enumerate(whole.arrays):
        np.testing.assert_allclose(sum(part.arrays[number] for part in parts), array, atol=1e-12)


def test_layers_count_the_seconds_of_their_parts():
    network = NumpyNetwork(initial_weights(seed=0))
    network.gradients(normal(2, 32, 32, 3).astype(np.float32), np.array([0, 1]))
    convolution, _, pooling, _ = network.layers
    assert set(convolution.clock.seconds) == {
        "im2col", "dot", "dot of input gradient", "col2im", "dot of kernel gradient", "sum"
    }  # fmt: skip
    assert set(pooling.clock.seconds) == {"im2col", "argmax", "transformation", "col2im"}
