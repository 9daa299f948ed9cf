"""The machine-learning techniques and their grids (tables 10 to 12 of the paper)."""

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
from sklearn.linear_model import Lasso, Ridge, lasso_path

from perfmodel.errors import UnknownNameError
from perfmodel.features import FloatArray
from perfmodel.paper.published import published
from perfmodel.scores.folds import Fold, split
from perfmodel.search.forest import held_out_predictions
from perfmodel.search.perceptron import held_out_errors, perceptron

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
        ``lasso``, ``ridge``, ``random_forest`` or ``mlp``.
    estimator : callable
        Makes the scikit-learn estimator from a grid point and a seed.
    grid : list of dict
        Grid points in the paper's order.
    held_out_errors : callable
        ``(X, y, folds, grid, seed) -> array (n_rows, n_grid)``: squared error of each row, in y's unit squared, by
        models that were trained without the row's fold.
    extrapolates : bool
        Whether it can answer beyond the largest target that it was trained on.
    """

    name: str
    estimator: Callable[[Params, int], BaseEstimator]
    grid: list[Params]
    held_out_errors: Callable[[FloatArray, FloatArray, list[Fold], list[Params], int], FloatArray]
    extrapolates: bool


def _points(**axes: list[Any]) -> list[Params]:
    return [dict(zip(axes, point, strict=True)) for point in itertools.product(*axes.values())]


@contextmanager
def convergence_ignored() -> Iterator[None]:
    """Lasso's warning off: a point that has not converged scores badly and is not chosen."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield


def _lasso_errors(X: FloatArray, y: FloatArray, folds: list[Fold], grid: list[Params], seed: int) -> FloatArray:
    """One regularisation path a fold answers for all alphas."""
    alphas = np.array([point["alpha"] for point in grid])
    order = np.argsort(-alphas)
    errors = np.empty((len(y), len(grid)))
    for fold, X_train, y_train in split(X, y, folds):
        x_mean, y_mean = X_train.mean(axis=0), y_train.mean()
        with convergence_ignored():
            _, coefficients, _ = lasso_path(
                np.asfortranarray(X_train - x_mean), y_train - y_mean, alphas=alphas[order], **LASSO_SOLVER
            )
        predicted = y_mean + (X[fold.held_out] - x_mean) @ coefficients
        errors[np.ix_(fold.held_out, order)] = (predicted - y[fold.held_out, None]) ** 2
    return errors


def _ridge_errors(X: FloatArray, y: FloatArray, folds: list[Fold], grid: list[Params], seed: int) -> FloatArray:
    """Closed form: one singular value decomposition a fold answers for all alphas."""
    alphas = np.array([point["alpha"] for point in grid])
    errors = np.empty((len(y), len(grid)))
    for fold, X_train, y_train in split(X, y, folds):
        x_mean, y_mean = X_train.mean(axis=0), y_train.mean()
        U, s, Vt = np.linalg.svd(X_train - x_mean, full_matrices=False)
        shrunk = s[:, None] / (s[:, None] ** 2 + alphas)
        coefficients = Vt.T @ (shrunk * (U.T @ (y_train - y_mean))[:, None])
        predicted = y_mean + (X[fold.held_out] - x_mean) @ coefficients
        errors[fold.held_out] = (predicted - y[fold.held_out, None]) ** 2
    return errors


def _forest_errors(X: FloatArray, y: FloatArray, folds: list[Fold], grid: list[Params], seed: int) -> FloatArray:
    """Grid points that grow the same trees are grown once; fewer trees are a part of more trees."""
    most = max(point["n_estimators"] for point in grid)
    grown: dict[tuple[int, int], FloatArray] = {}
    errors = np.empty((len(y), len(grid)))
    for j, point in enumerate(grid):
        features = _features_a_split(point["max_features"], X.shape[1])
        depth = min(point["max_depth"], len(y))  # no tree is as deep as it has rows
        if (features, depth) not in grown:
            grown[features, depth] = held_out_predictions(X, y, folds, features, depth, most, seed)
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
_PERCEPTRON = published()["table_12_mlp"]

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
        Technique(
            "mlp",
            perceptron,
            _points(
                solver=_PERCEPTRON["solver"],
                activation=["logistic", "relu"],  # the paper says sigmoid
                max_iter=_PERCEPTRON["max_iter"],
                learning_rate_init=_PERCEPTRON["learning_rate_alpha"],
                hidden_layer_sizes=_PERCEPTRON["hidden_layer_size"],
            ),
            held_out_errors,
            extrapolates=False,
        ),
    )
}


def technique_named(name: str) -> Technique:
    """Look a technique up, or say which there are."""
    if name not in TECHNIQUES:
        raise UnknownNameError(f"there is no technique {name!r}; choose from {', '.join(TECHNIQUES)}")
    return TECHNIQUES[name]
