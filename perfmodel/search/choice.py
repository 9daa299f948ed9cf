"""Choose technique and hyper-parameters by mean squared error on held-out rows (section 5 of the paper)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from threadpoolctl import ThreadpoolController

from perfmodel.features import FloatArray
from perfmodel.scores.folds import Fold
from perfmodel.search.techniques import Params, convergence_ignored, technique_named

# A grid point must be better by more than rounding to replace an earlier one, so that ties are stable.
_TIE = 1e-9


@dataclass(frozen=True)
class Candidate:
    """A grid point and its held-out mean squared error, in the target's unit squared."""

    technique: str
    params: Params
    mse: float


@dataclass(frozen=True)
class Selection:
    """The winner, refitted on all rows as the plain scikit-learn estimator, and everything it beat."""

    estimator: Any
    winner: Candidate
    candidates: tuple[Candidate, ...]


def select(X: FloatArray, y: FloatArray, techniques: Sequence[str], folds: list[Fold], seed: int) -> Selection:
    """Score every technique's grid on held-out rows and refit the best point on all.

    BLAS is held at one thread: on matrices this small a second one makes both search and refit several times slower.
    With two folds of one row there is nothing to compare (each would train on one row), and the first grid point wins.

    Parameters
    ----------
    X : array of shape (n_rows, n_features)
    y : array of shape (n_rows,)
    techniques : sequence of str
        Names in `perfmodel.search.techniques.TECHNIQUES`; an earlier one wins a tie.
    folds : list of Fold
        Each row is held out once.
    seed : int
        Random state of the techniques that draw.
    """
    with _blas().limit(limits=1, user_api="blas"), convergence_ignored():
        candidates = [c for name in techniques for c in _candidates(X, y, name, folds, seed)]
        winner = candidates[0]
        for candidate in candidates[1:]:
            if candidate.mse < winner.mse * (1 - _TIE):
                winner = candidate
        estimator: Any = technique_named(winner.technique).estimator(winner.params, seed)
        estimator.fit(X, y)
    return Selection(estimator, winner, tuple(candidates))


@cache
def _blas() -> ThreadpoolController:
    """Looking for the libraries takes longer than a small search."""
    return ThreadpoolController()


def _candidates(X: FloatArray, y: FloatArray, name: str, folds: list[Fold], seed: int) -> list[Candidate]:
    technique = technique_named(name)
    if len(y) < 3:
        return [Candidate(name, point, float("nan")) for point in technique.grid]
    mse = np.mean(technique.held_out_errors(X, y, folds, technique.grid, seed), axis=0)
    return [Candidate(name, point, float(m)) for point, m in zip(technique.grid, mse, strict=True)]
