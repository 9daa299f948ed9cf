"""Gradient descent of many networks at once: scikit-learn's ``adam`` and ``sgd``, with its rule for stopping."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import shuffle

from perfmodel.features import FloatArray
from perfmodel.search.network import Network, Rows

BATCH = 200  # training rows that scikit-learn looks at before each step
_TOLERANCE, _PATIENCE = 1e-4, 10
_MOMENTUM, _FIRST_DECAY, _SECOND_DECAY, _TINY = 0.9, 0.9, 0.999, 1e-8


class Adam:
    """Kingma and Ba's method (arXiv 1412.6980); ``rate`` has shape (B, 1)."""

    def __init__(self, rate: FloatArray, n_parameters: int) -> None:
        self.rate, self.steps = rate, 0
        self.first, self.second = np.zeros((2, len(rate), n_parameters))

    def step(self, gradient: FloatArray) -> FloatArray:
        """What to add to the parameters."""
        self.steps += 1
        self.first *= _FIRST_DECAY
        self.first += (1 - _FIRST_DECAY) * gradient
        self.second *= _SECOND_DECAY
        self.second += (1 - _SECOND_DECAY) * gradient**2
        rate = self.rate * (np.sqrt(1 - _SECOND_DECAY**self.steps) / (1 - _FIRST_DECAY**self.steps))
        return np.asarray(-rate * self.first / (np.sqrt(self.second) + _TINY))

    def keep(self, networks: NDArray[np.bool_]) -> None:
        """Forget the other networks."""
        self.rate, self.first, self.second = self.rate[networks], self.first[networks], self.second[networks]


class Momentum:
    """Constant rate with Nesterov's momentum; ``rate`` has shape (B, 1)."""

    def __init__(self, rate: FloatArray, n_parameters: int) -> None:
        self.rate = rate
        self.velocity = np.zeros((len(rate), n_parameters))

    def step(self, gradient: FloatArray) -> FloatArray:
        """What to add to the parameters."""
        push = self.rate * gradient
        self.velocity *= _MOMENTUM
        self.velocity -= push
        return np.asarray(_MOMENTUM * self.velocity - push)

    def keep(self, networks: NDArray[np.bool_]) -> None:
        """Forget the other networks."""
        self.rate, self.velocity = self.rate[networks], self.velocity[networks]


_OPTIMIZERS: dict[str, type[Adam] | type[Momentum]] = {"adam": Adam, "sgd": Momentum}


class _Running:
    """Networks that have not ended yet, with all that belongs to them."""

    def __init__(self, network: Network, solver: str, rates: FloatArray, rows: Rows, start: FloatArray) -> None:
        self.network, self.rows = network, rows
        self.packed = np.repeat(start[None], len(rates), axis=0)
        self.optimizer = _OPTIMIZERS[solver](rates[:, None], len(start))
        self.best = np.full(len(rates), np.inf)
        self.stale = np.zeros(len(rates), dtype=np.intp)
        self.index = np.arange(len(rates))

    def learn(self, order: NDArray[np.intp]) -> NDArray[np.bool_]:
        """One epoch; says which networks have ended with it."""
        summed = np.zeros(len(self.packed))
        for part in _parts(self.rows, order):
            loss, gradient = self.network.loss_and_gradient(self.packed, part)
            self.packed += self.optimizer.step(gradient)
            summed += loss * part.total[:, 0]
        loss = summed / self.rows.total[:, 0]
        self.stale = np.where(loss > self.best - _TOLERANCE, self.stale + 1, 0)
        self.best = np.fmin(self.best, loss)
        # A loss that is not a number comes from parameters that are none either, and those stay so.
        return np.asarray((self.stale > _PATIENCE) | np.isnan(loss))

    def keep(self, networks: NDArray[np.bool_]) -> None:
        """Drop the networks that have ended."""
        self.rows, self.packed = self.rows.of(networks), self.packed[networks]
        self.best, self.stale, self.index = self.best[networks], self.stale[networks], self.index[networks]
        self.optimizer.keep(networks)


def _parts(rows: Rows, order: NDArray[np.intp]) -> Iterator[Rows]:
    """The rows that each step looks at."""
    if len(order) <= BATCH:
        yield rows
        return
    for first in range(0, len(order), BATCH):
        chosen = order[first : first + BATCH]
        total = np.full_like(rows.total, len(chosen))
        yield Rows(rows.X[:, chosen], rows.y[:, chosen], rows.weight[:, chosen], rows.spread, total)


def descend(
    network: Network, solver: str, rates: FloatArray, rows: Rows, stops: Sequence[int], seed: int
) -> FloatArray:
    """Train networks as ``adam`` or ``sgd`` would, and say where each was at each stop.

    A network ends when its loss has not fallen by 1e-4 in more than ten epochs, and stays there for the later stops.

    Parameters
    ----------
    network : Network
    solver : {"adam", "sgd"}
    rates : array of shape (B,)
        Learning rates to begin with.
    rows : Rows
        Of equally many training rows each. Up to 200 are looked at all at once. More are shuffled every epoch and
        looked at 200 at a time, so there each row must stand for itself only.
    stops : sequence of int
        Numbers of epochs, ascending.
    seed : int

    Returns
    -------
    array of shape (n_stops, B, n_parameters)
        Packed parameters; not finite where the descent diverged.
    """
    random = np.random.RandomState(seed)
    running = _Running(network, solver, rates, rows, network.initial(random))
    ended = np.empty((len(stops), *running.packed.shape))
    order = np.arange(int(rows.total[0, 0]))
    for epoch in range(1, stops[-1] + 1):
        if len(order) > BATCH:
            order = shuffle(order, random_state=random)
        done = running.learn(order)
        stop = bisect_left(stops, epoch)
        if epoch == stops[stop]:
            ended[stop, running.index] = running.packed
        if done.any():
            ended[stop:, running.index[done]] = running.packed[done]
            running.keep(~done)
        if len(running.index) == 0:
            break
    return ended
