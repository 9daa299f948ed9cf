"""Stochastic gradient descent on weight arrays, from gradients that are sums over images."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from runner.networks.cifar_cnn import Gradients
from runner.networks.numpy_layers import Array


def add_up(parts: Iterable[Gradients]) -> Gradients:
    """Return the sum over shards, in the order given, so that it is the same to the last bit wherever it is made."""
    first, *others = parts
    loss, correct, arrays = first
    for part in others:
        loss, correct = loss + part.loss, correct + part.correct
        arrays = [one + other for one, other in zip(arrays, part.arrays, strict=True)]
    return Gradients(loss, correct, arrays)


def descend(weights: Sequence[Array], summed: Gradients, images: int, learning_rate: float) -> list[Array]:
    """Return the weights after one step against the gradient of the mean loss over `images`."""
    rate = np.float32(learning_rate / images)
    return [weight - rate * array for weight, array in zip(weights, summed.arrays, strict=True)]
