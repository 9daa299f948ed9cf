"""The CIFAR-10 network: its shape, its first weights, and its NumPy form.

32 filters of 5 x 5 x 3 with stride 1 and zero padding 2, ReLU, 2 x 2 max pooling with stride 2, and one fully connected
layer from 16 x 16 x 32 to 10 classes: 84,362 parameters.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from runner.inputs.cifar import CHANNELS, CLASSES, IMAGE_SIZE
from runner.networks.numpy_layers import (
    Array,
    Convolution,
    Dense,
    Labels,
    Layer,
    MaxPooling,
    Relu,
    softmax_cross_entropy,
)

KERNEL_SIZE = 5
POOL_SIZE = 2
FILTERS = 32


class Gradients(NamedTuple):
    """What one pass over a shard of a batch gives; sums over its images, so that shards add up.

    Parameters
    ----------
    loss : float
        Sum of the images' losses.
    correct : int
        Images whose highest score was their label's.
    arrays : list of ndarray
        Gradient of the loss by each weight array.
    """

    loss: float
    correct: int
    arrays: list[Array]


def initial_weights(seed: int, filters: int = FILTERS) -> list[Array]:
    """Return the weight arrays that a training starts from, float32, in Keras's order and shapes.

    Kernels are He-normal (standard deviation the square root of 2 / inputs), biases zero.
    """
    generator = np.random.default_rng(seed)
    pooled = (IMAGE_SIZE // POOL_SIZE) ** 2 * filters
    shapes = [(KERNEL_SIZE, KERNEL_SIZE, CHANNELS, filters), (filters,), (pooled, CLASSES), (CLASSES,)]
    return [_draw(generator, shape) for shape in shapes]


def _draw(generator: np.random.Generator, shape: tuple[int, ...]) -> Array:
    if len(shape) == 1:
        return np.zeros(shape, dtype=np.float32)
    scale = math.sqrt(2 / math.prod(shape[:-1]))
    return (scale * generator.standard_normal(shape)).astype(np.float32)


class NumpyNetwork:
    """The network in plain NumPy.

    Parameters
    ----------
    weights : sequence of ndarray
        As from `initial_weights`; their type (float32 or float64) is what the network computes in.
    """

    def __init__(self, weights: Sequence[Array]) -> None:
        kernel, bias, dense_kernel, dense_bias = weights
        convolution, dense = Convolution(kernel, bias), Dense(dense_kernel, dense_bias)
        self.layers: list[Layer] = [convolution, Relu(), MaxPooling(POOL_SIZE), dense]

    def forward(self, images: Array) -> Array:
        """Return the scores, (n, classes), of images of shape (n, 32, 32, 3)."""
        for layer in self.layers:
            images = layer.forward(images)
        return images

    def gradients(self, images: Array, labels: Labels) -> Gradients:
        """Pass forward and backward over some images."""
        scores = self.forward(images)
        loss, upstream = softmax_cross_entropy(scores, labels)
        for layer in reversed(self.layers):
            upstream = layer.backward(upstream)
        arrays = [gradient for layer in self.layers for gradient in layer.gradients]
        return Gradients(loss, int((scores.argmax(axis=1) == labels).sum()), arrays)
