"""Stochastic gradient descent on weight arrays, from gradients that are sums over images."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

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


def to_bytes(gradients: Gradients) -> bytes:
    """Return loss, hits and gradients as one message: two float64, then float32 arrays one after the other."""
    head = np.array([gradients.loss, gradients.correct], dtype=np.float64).tobytes()
    return head + b"".join(np.asarray(array, dtype=np.float32).tobytes() for array in gradients.arrays)


def from_bytes(message: bytes, like: Sequence[Array]) -> Gradients:
    """Read what `to_bytes` wrote; the arrays get the shapes of `like`."""
    loss, correct = np.frombuffer(message, dtype=np.float64, count=2)
    flat: npt.NDArray[np.float32] = np.frombuffer(message, dtype=np.float32, offset=16)
    pieces = np.split(flat, np.cumsum([array.size for array in like])[:-1])
    arrays = [piece.reshape(array.shape) for piece, array in zip(pieces, like, strict=True)]
    return Gradients(float(loss), int(correct), list(arrays))
