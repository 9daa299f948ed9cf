"""The machine-learning techniques and their grids (tables 10 and 11 of the paper)."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.ensemble import RandomForestRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import Lasso, Ridge, RidgeCV, lasso_path

from perfmodel.errors import UnknownNameError
from perfmodel.features import FloatArray
from perfmodel.forest import leave_one_out_predictions
from perfmodel.published import published

Params = dict[str, Any]
# The duality gap that scikit-learn stops at means nothing for the paper's alphas near zero, so those take all
# iterations; with this few features the coefficients have settled long before.
LASSO_SOLVER: Params = {"max_iter": 1000, "tol": 1e-10}


@dataclass(frozen=True)
class Technique:
    """A regression technique with its grid.

    Attributes
    ----------
    name : str
        ``lasso``, ``ridge`` or ``random_forest``.
    estimator : callable
        Makes the scikit-learn estimator from a grid point and a seed.
    grid : list of dict
        Grid points in the paper's order.
    leave_one_out : callable
        ``(X, y, grid, seed) -> array (n_rows, n_grid)`` of squared errors in y's unit squared.
    extrapolates : bool
        Whether it can answer beyond the largest target that it was trained on.
    """

    name: str
    estimator: Callable[[Params, int], BaseEstimator]
    grid: list[Params]
    leave_one_out: Callable[[FloatArray, FloatArray, list[Params], int], FloatArray]
    extrapolates: bool


def _points(**axes: list[Any]) -> list[Params]:
    return [dict(zip(axes, point, strict=True)) for point in itertools.product(*axes.values())]


def _folds(n: int) -> Iterator[tuple[Any, int]]:
    keep = ~np.eye(n, dtype=bool)
    return ((keep[i], i) for i in range(n))


@contextmanager
def convergence_ignored() -> Iterator[None]:
    """Lasso's warning off: a point that has not converged scores badly and is not chosen."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield


def _lasso_errors(X: FloatArray, y: FloatArray, grid: list[Params], seed: int) -> FloatArray:
    """One regularisation path a fold answers for all alphas."""
    alphas = np.array([point["alpha"] for point in grid])
    order = np.argsort(-alphas)
    errors = np.empty((len(y), len(grid)))
    for train, i in _folds(len(y)):
        x_mean, y_mean = X[train].mean(axis=0), y[train].mean()
        with convergence_ignored():
            _, coefficients, _ = lasso_path(
                np.asfortranarray(X[train] - x_mean), y[train] - y_mean, alphas=alphas[order], **LASSO_SOLVER
            )
        errors[i, order] = (y_mean + (X[i] - x_mean) @ coefficients - y[i]) ** 2
    return errors


def _ridge_errors(X: FloatArray, y: FloatArray, grid: list[Params], seed: int) -> FloatArray:
    """Closed form: scikit-learn's generalised cross-validation is exact leave-one-out."""
    alphas = [point["alpha"] for point in grid]
    errors = RidgeCV(alphas=alphas, store_cv_results=True).fit(X, y).cv_results_
    return np.asarray(errors, dtype=np.float64).reshape(len(y), len(grid))


def _forest_errors(X: FloatArray, y: FloatArray, grid: list[Params], seed: int) -> FloatArray:
    """Grid points that grow the same trees are grown once; fewer trees are a part of more trees."""
    most = max(point["n_estimators"] for point in grid)
    grown: dict[tuple[int, int], FloatArray] = {}
    errors = np.empty((len(y), len(grid)))
    for j, point in enumerate(grid):
        features = _features_a_split(point["max_features"], X.shape[1])
        depth = min(point["max_depth"], len(y))  # no tree is as deep as it has rows
        if (features, depth) not in grown:
            grown[features, depth] = leave_one_out_predictions(X, y, features, depth, most, seed)
        errors[:, j] = (grown[features, depth][: point["n_estimators"]].mean(axis=0) - y) ** 2
    return errors


def _features_a_split(max_features: str | float, n_features: int) -> int:
    named: dict[Any, int] = {
        "sqrt": int(np.sqrt(n_features)),
        "log2": int(np.log2(n_features)),
        1.0: n_features,
    }
    return max(1, named[max_features])


_ALPHAS = published()["table_10_lasso_ridge"]["alpha"]
_FOREST = published()["table_11_random_forest"]

TECHNIQUES = {
    technique.name: technique
    for technique in (
        Technique(
            "lasso",
            lambda params, seed: Lasso(**params, **LASSO_SOLVER),
            _points(alpha=_ALPHAS),
            _lasso_errors,
            extrapolates=True,
        ),
        Technique(
            "ridge",
            lambda params, seed: Ridge(**params),
            _points(alpha=_ALPHAS),
            _ridge_errors,
            extrapolates=True,
        ),
        Technique(
            "random_forest",
            lambda params, seed: RandomForestRegressor(**params, random_state=seed),
            _points(
                n_estimators=_FOREST["n_estimators"],
                max_features=[1.0, "sqrt", "log2"],  # the paper's "auto" was 1.0 for regressors
                max_depth=_FOREST["max_depth"],
            ),
            _forest_errors,
            extrapolates=False,
        ),
    )
}


def technique_named(name: str) -> Technique:
    """Look a technique up, or say which there are."""
    if name not in TECHNIQUES:
        raise UnknownNameError(f"there is no technique {name!r}; choose from {', '.join(TECHNIQUES)}")
    return TECHNIQUES[name]
