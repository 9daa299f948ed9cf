"""Ways to follow a gradient, on weight arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from runner.networks.numpy_layers import Array

OPTIMISERS = ("sgd", "momentum", "adam")
MOMENTUM = 0.9
# Of Adam: Kingma and Ba, 2015, https://arxiv.org/abs/1412.6980
BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-8


class Optimiser(Protocol):
    """Makes steps; what it remembers from step to step belongs to one training."""

    def step(self, weights: Sequence[Array], gradients: Sequence[Array]) -> list[Array]:
        """Return the weights after a step, from the gradient of the mean loss by each."""


class Sgd:
    """Gradient descent, with momentum unless that is 0.

    Parameters
    ----------
    learning_rate, momentum : float
    """

    def __init__(self, learning_rate: float, momentum: float = 0.0) -> None:
        self._rate, self._momentum = np.float32(learning_rate), np.float32(momentum)
        self._velocity: list[Array] = []

    def step(self, weights: Sequence[Array], gradients: Sequence[Array]) -> list[Array]:
        """See `Optimiser`."""
        before = self._velocity or [np.zeros_like(weight) for weight in weights]
        pairs = zip(before, gradients, strict=True)
        self._velocity = [self._momentum * velocity - self._rate * gradient for velocity, gradient in pairs]
        return [weight + velocity for weight, velocity in zip(weights, self._velocity, strict=True)]


class Adam:
    """Steps scaled by running means of the gradient and of its square.

    Parameters
    ----------
    learning_rate : float
    """

    def __init__(self, learning_rate: float) -> None:
        self._rate, self._steps = learning_rate, 0
        self._means: list[Array] = []
        self._squares: list[Array] = []

    def step(self, weights: Sequence[Array], gradients: Sequence[Array]) -> list[Array]:
        """See `Optimiser`."""
        self._steps += 1
        self._means = _blend(self._means, gradients, BETA_1)
        self._squares = _blend(self._squares, [gradient * gradient for gradient in gradients], BETA_2)
        rate = np.float32(self._rate * np.sqrt(1 - BETA_2**self._steps) / (1 - BETA_1**self._steps))
        moments = zip(weights, self._means, self._squares, strict=True)
        return [weight - rate * mean / (np.sqrt(square) + np.float32(EPSILON)) for weight, mean, square in moments]


def _blend(before: Sequence[Array], now: Sequence[Array], share: float) -> list[Array]:
    kept, new = np.float32(share), np.float32(1 - share)
    return [
        kept * old + new * value for old, value in zip(before or [np.zeros_like(one) for one in now], now, strict=True)
    ]


def make_optimiser(name: str, learning_rate: float) -> Optimiser:
    """Return the optimiser of this name, one of `OPTIMISERS`."""
    if name == "adam":
        return Adam(learning_rate)
    return Sgd(learning_rate, MOMENTUM if name == "momentum" else 0.0)
