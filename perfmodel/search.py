"""Choose technique and hyper-parameters by leave-one-out mean squared error (section 5 of the paper)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from perfmodel.features import FloatArray
from perfmodel.folds import leave_one_out
from perfmodel.techniques import Params, convergence_ignored, technique_named

# A grid point must be better by more than rounding to replace an earlier one, so that ties are stable.
_TIE = 1e-9


@dataclass(frozen=True)
class Candidate:
    """A grid point and its leave-one-out mean squared error, in the target's unit squared."""

    technique: str
    params: Params
    mse: float


@dataclass(frozen=True)
class Selection:
    """The winner, refitted on all rows as the plain scikit-learn estimator, and everything it beat."""

    estimator: Any
    winner: Candidate
    candidates: tuple[Candidate, ...]


def select(X: FloatArray, y: FloatArray, techniques: Sequence[str], seed: int) -> Selection:
    """Fit every technique's grid by leave-one-out and refit the best point.

    With two rows there is nothing to compare (each fold would train on one row), and the first grid point wins.

    Parameters
    ----------
    X : array of shape (n_rows, n_features)
    y : array of shape (n_rows,)
    techniques : sequence of str
        Names in `perfmodel.techniques.TECHNIQUES`; an earlier one wins a tie.
    seed : int
        Random state of the techniques that draw.
    """
    candidates = [c for name in techniques for c in _candidates(X, y, name, seed)]
    winner = candidates[0]
    for candidate in candidates[1:]:
        if candidate.mse < winner.mse * (1 - _TIE):
            winner = candidate
    estimator: Any = technique_named(winner.technique).estimator(winner.params, seed)
    with convergence_ignored():
        estimator.fit(X, y)
    return Selection(estimator, winner, tuple(candidates))


def _candidates(X: FloatArray, y: FloatArray, name: str, seed: int) -> list[Candidate]:
    technique = technique_named(name)
    if len(y) < 3:
        return [Candidate(name, point, float("nan")) for point in technique.grid]
    mse = np.mean(technique.held_out_errors(X, y, leave_one_out(len(y)), technique.grid, seed), axis=0)
    return [Candidate(name, point, float(m)) for point, m in zip(technique.grid, mse, strict=True)]
