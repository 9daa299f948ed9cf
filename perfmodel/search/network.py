"""Networks with one hidden layer, many at once, computed as scikit-learn computes one.

Each operation is the one that `MLPRegressor` makes, in its order and on arrays of its shapes, with an axis over the
networks in front. That is not pedantry: L-BFGS on a logistic network is chaotic, and where the last bit of the first
gradient differs, the held-out prediction has moved by half a standard deviation when it stops.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from perfmodel.features import FloatArray

PENALTY = 1e-4  # scikit-learn's alpha, for squared weights
_AT_ONCE = 2**16  # hidden values computed together; more would not stay in the processor's cache


class Rows(NamedTuple):
    """What B networks learn from, each its own n rows of f features.

    A row may stand for several training rows with the same features, because the squared error of a group is that of
    its mean, as often as the group has rows, and the spread about the mean, which no network can change.

    Attributes
    ----------
    X : array of shape (B, n, f)
    y : array of shape (B, n, 1)
        Target, or mean target.
    weight : array of shape (B, n, 1)
        Number of training rows that the row stands for; none for a row that is held out.
    spread : array of shape (B,)
        Sum of squared distances of targets to their mean.
    total : array of shape (B, 1)
        Number of training rows.
    """

    X: FloatArray
    y: FloatArray
    weight: FloatArray
    spread: FloatArray
    total: FloatArray

    def of(self, networks: NDArray[np.intp] | NDArray[np.bool_] | slice) -> Self:
        """Only these networks' rows."""
        return type(self)(*(array[networks] for array in self))


class Weights(NamedTuple):
    """Views into packed parameters: shapes (B, f, h), (B, h, 1), (B, 1, h) and (B, 1, 1)."""

    hidden: FloatArray
    output: FloatArray
    hidden_bias: FloatArray
    output_bias: FloatArray


@dataclass(frozen=True)
class Network:
    """The shape of a network: f features, h hidden units, one output.

    Attributes
    ----------
    features, hidden : int
    activation : {"logistic", "relu"}
    to_the_bit : bool
        Whether the logistic function must be scikit-learn's to the last bit; otherwise it is three times as fast.
    """

    features: int
    hidden: int
    activation: str
    to_the_bit: bool = True

    @property
    def n_coefficients(self) -> int:
        """Parameters that are penalised: all but the biases."""
        return (self.features + 1) * self.hidden

    def initial(self, random: np.random.RandomState) -> FloatArray:
        """Packed parameters that scikit-learn starts from (Glorot's rule)."""
        factor = 2.0 if self.activation == "logistic" else 6.0
        bound = np.sqrt(factor / (self.features + self.hidden))
        hidden = random.uniform(-bound, bound, self.features * self.hidden)
        hidden_bias = random.uniform(-bound, bound, self.hidden)
        bound = np.sqrt(factor / (self.hidden + 1))
        output = random.uniform(-bound, bound, self.hidden)
        output_bias = random.uniform(-bound, bound, 1)
        return np.concatenate([hidden, output, hidden_bias, output_bias])

    def weights(self, packed: FloatArray) -> Weights:
        """Take packed parameters, shape (B, (f + 2) h + 1), apart without a copy."""
        h, first, second = self.hidden, self.features * self.hidden, self.n_coefficients
        return Weights(
            packed[:, :first].reshape(-1, self.features, h),
            packed[:, first:second].reshape(-1, h, 1),
            packed[:, second : second + h].reshape(-1, 1, h),
            packed[:, second + h :].reshape(-1, 1, 1),
        )

    def predict(self, packed: FloatArray, X: FloatArray) -> FloatArray:
        """Predictions of shape (B, n) for X of shape (B, n, f); infinite from a network that diverged."""
        weights = self.weights(packed)
        predicted = (self._activate(weights, X) @ weights.output + weights.output_bias)[:, :, 0]
        sound = np.isfinite(packed).all(axis=1, keepdims=True)
        return np.where(sound, predicted, np.inf)

    def loss_and_gradient(self, packed: FloatArray, rows: Rows) -> tuple[FloatArray, FloatArray]:
        """Half the mean squared error with the penalty, shape (B,), and its gradient, shaped like ``packed``."""
        loss, gradient = np.empty(len(packed)), np.empty_like(packed)
        networks = max(1, _AT_ONCE // (rows.X.shape[1] * self.hidden))
        for first in range(0, len(packed), networks):
            part = slice(first, first + networks)
            loss[part] = self._propagate(packed[part], rows.of(part), gradient[part])
        gradient[:, : self.n_coefficients] += PENALTY * packed[:, : self.n_coefficients]
        gradient /= rows.total
        return loss, gradient

    def _propagate(self, packed: FloatArray, rows: Rows, gradient: FloatArray) -> FloatArray:
        """Forward for the loss, and back for the gradient of the squares, which is written into ``gradient``."""
        weights, into = self.weights(packed), self.weights(gradient)
        active = self._activate(weights, rows.X)
        distance = active @ weights.output + weights.output_bias - rows.y
        pull = rows.weight * distance
        np.matmul(active.transpose(0, 2, 1), pull, out=into.output)
        pull.sum(axis=1, keepdims=True, out=into.output_bias)
        back = self._slope(active, pull * weights.output.transpose(0, 2, 1))
        np.matmul(rows.X.transpose(0, 2, 1), back, out=into.hidden)
        back.sum(axis=1, keepdims=True, out=into.hidden_bias)
        return self._loss(packed, (pull * distance)[:, :, 0].sum(axis=1) + rows.spread, rows.total[:, 0])

    def _loss(self, packed: FloatArray, squares: FloatArray, total: FloatArray) -> FloatArray:
        first, second = self.features * self.hidden, self.n_coefficients
        hidden, output = packed[:, :first], packed[:, first:second]
        penalty = np.vecdot(hidden, hidden) + np.vecdot(output, output)
        return np.asarray(0.5 * (squares / total) + 0.5 * PENALTY * penalty / total)

    def _activate(self, weights: Weights, X: FloatArray) -> FloatArray:
        """Values of the hidden units, shape (B, n, h)."""
        values = X @ weights.hidden
        values += weights.hidden_bias
        if self.activation == "relu":
            return np.maximum(values, 0.0, out=values)
        if self.to_the_bit:
            return np.asarray(expit(values, out=values))
        values *= 0.5
        np.tanh(values, out=values)
        values += 1.0
        values *= 0.5
        return values

    def _slope(self, active: FloatArray, pull: FloatArray) -> FloatArray:
        """``pull`` times the slope of the activation, in place; uses ``active`` up."""
        if self.activation == "relu":
            pull *= active != 0.0
            return pull
        pull *= active
        pull *= np.subtract(1.0, active, out=active)
        return pull
