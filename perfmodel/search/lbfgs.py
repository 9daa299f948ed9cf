"""L-BFGS-B for many networks at once, by scipy's own routine.

The routine is asked step by step, and says when it wants loss and gradient; then all networks' are computed together.
``scipy.optimize.minimize`` drives it the same way, for one network at a time. The routine is not public:
`tests/perfmodel/search/test_perceptron.py` holds the results against `MLPRegressor`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import _lbfgsb

from perfmodel.features import FloatArray
from perfmodel.search.network import Network, Rows

# What scikit-learn asks scipy for; the others are scipy's defaults.
_MAX_EVALUATIONS, _GRADIENT_TOLERANCE = 15_000, 1e-4
_CORRECTIONS, _LINE_SEARCH_STEPS = 10, 20
_LOSS_TOLERANCE = 2.2204460492503131e-09 / np.finfo(float).eps
_NEW_ITERATE, _WANTS_LOSS = 1, 3


class _Run:
    """One minimisation and the routine's memory of it."""

    def __init__(self, start: FloatArray, stops: Sequence[int]) -> None:
        n, m = len(start), _CORRECTIONS
        self.x, self.loss, self.gradient = start.copy(), 0.0, np.zeros(n)
        self.stops = stops
        self.passed: list[FloatArray] = []
        self.iterations = self.evaluations = 0
        self._bounds = np.zeros(n), np.zeros(n), np.zeros(n, dtype=np.int32)  # none
        self._task = np.zeros(2, dtype=np.int32)
        self._work = np.zeros(2 * m * n + 5 * n + 11 * m * m + 8 * m), np.zeros(3 * n, dtype=np.int32)
        self._saved = np.zeros(4, dtype=np.int32), np.zeros(44, dtype=np.int32), np.zeros(29)
        self._search = np.zeros(2, dtype=np.int32)

    def advance(self) -> bool:
        """Go to the next point whose loss and gradient are wanted; False at the end."""
        while True:
            self._call()
            if self._task[0] == _WANTS_LOSS:
                self.evaluations += 1
                return True
            if self._task[0] != _NEW_ITERATE:
                return False
            self.iterations += 1
            if self.iterations == self.stops[len(self.passed)]:
                self.passed.append(self.x.copy())
            if len(self.passed) == len(self.stops) or self.evaluations > _MAX_EVALUATIONS:
                return False

    def _call(self) -> None:
        _lbfgsb.setulb(
            _CORRECTIONS,
            self.x,
            *self._bounds,
            self.loss,
            self.gradient,
            _LOSS_TOLERANCE,
            _GRADIENT_TOLERANCE,
            *self._work,
            self._task,
            *self._saved,
            _LINE_SEARCH_STEPS,
            self._search,
        )

    def ended(self) -> list[FloatArray]:
        """Packed parameters at each stop; those where it ended for the stops that it did not reach."""
        return self.passed + [self.x] * (len(self.stops) - len(self.passed))


def minimise(network: Network, rows: Rows, stops: Sequence[int], seed: int) -> FloatArray:
    """Train networks as scikit-learn's ``lbfgs`` would, and say where each was at each stop.

    Parameters
    ----------
    network : Network
    rows : Rows
        Each stands for itself only: rounding decides where a minimisation ends, so the sums must be scikit-learn's.
    stops : sequence of int
        Numbers of iterations, ascending.
    seed : int

    Returns
    -------
    array of shape (n_stops, B, n_parameters)
        Packed parameters.
    """
    start = network.initial(np.random.RandomState(seed))
    runs = running = [_Run(start, stops) for _ in range(len(rows.X))]
    while running:
        going = np.array([run.advance() for run in running])
        if not going.all():
            running = [run for run, goes in zip(running, going, strict=True) if goes]
            rows = rows.of(going)
        if running:
            losses, gradients = network.loss_and_gradient(np.stack([run.x for run in running]), rows)
            for run, loss, gradient in zip(running, losses, gradients, strict=True):
                run.loss, run.gradient = float(loss), gradient
    return np.stack([run.ended() for run in runs], axis=1)
