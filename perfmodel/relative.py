"""Least squares on relative errors, with coefficients that are never negative and a prior that breaks ties."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from perfmodel.features import FloatArray

Groups = Sequence[NDArray[np.intp]]

# Weight of the prior "this coefficient is 0" against the data, for a column of length one. Columns that the data tell
# apart move by less than a thousandth; among those that they do not, the first column, which pays a hundredth, wins.
PRIOR = 0.01
FIRST_COLUMN_PRIOR = 1e-4


class _Fit(NamedTuple):
    columns: FloatArray  # divided by the target and scaled to length one
    lengths: FloatArray
    prior: FloatArray
    coefficients: FloatArray  # of the scaled columns


def coefficients(columns: FloatArray, y: FloatArray) -> FloatArray:
    """Non-negative coefficients that minimise the squared relative error.

    Parameters
    ----------
    columns : array of shape (n_rows, n_columns)
        Non-negative terms of a law; the first is the one that the prior prefers.
    y : array of shape (n_rows,)
        Target, positive.
    """
    fit = _fit(columns, y)
    return np.asarray(fit.coefficients / fit.lengths, dtype=np.float64)


def held_out_errors(columns: FloatArray, y: FloatArray, groups: Groups) -> FloatArray:
    """Relative error ``1 - predicted / actual`` of each row by a fit that never saw its group.

    One fit answers for all groups: leaving rows out takes them off the normal equations, here for the coefficients
    that the full fit has above zero.

    Returns
    -------
    array of shape (n_rows,)
    """
    fit = _fit(columns, y)
    used = fit.coefficients > 0
    W = fit.columns[:, used]
    products, sums = W.T @ W + np.diag(fit.prior[used] ** 2), W.sum(axis=0)
    errors = np.empty(len(y))
    for rows in _stacked(groups):
        own = W[rows]
        without = np.linalg.solve(products - own.transpose(0, 2, 1) @ own, (sums - own.sum(axis=1))[:, :, None])
        errors[rows] = 1 - (own @ without)[:, :, 0]
    return errors


def _fit(columns: FloatArray, y: FloatArray) -> _Fit:
    W = columns / y[:, None]
    lengths = np.linalg.norm(W, axis=0)
    lengths[lengths == 0] = 1.0
    W = W / lengths
    prior = np.full(W.shape[1], PRIOR)
    prior[0] = FIRST_COLUMN_PRIOR
    with_prior = np.vstack([W, np.diag(prior)])
    target = np.concatenate([np.ones(len(y)), np.zeros(W.shape[1])])
    # The same problem with as many rows as columns: least squares sees a matrix only through its triangular factor.
    triangle = np.asarray(np.linalg.qr(np.column_stack([with_prior, target]), mode="r"), dtype=np.float64)
    found: Any = nnls(triangle[:, :-1], triangle[:, -1])
    return _Fit(W, lengths, prior, found[0])


def _stacked(groups: Groups) -> list[NDArray[np.intp]]:
    """Groups of one size on top of each other, so that numpy solves them at once."""
    sizes = sorted({len(group) for group in groups})
    return [np.array([group for group in groups if len(group) == size]) for size in sizes]
