"""Multi-layer perceptrons: the estimator, and the held-out errors of a whole grid of them, trained together.

Folds and learning rates train side by side, one array a layer; the numbers of iterations of a grid are stops on one
way; L-BFGS has no learning rate, so grid points that differ in nothing else are trained once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.compose import TransformedTargetRegressor
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from perfmodel.features import FloatArray
from perfmodel.scores.folds import Fold
from perfmodel.search.descent import BATCH, descend
from perfmodel.search.lbfgs import minimise
from perfmodel.search.network import Network, Rows


def perceptron(params: dict[str, Any], seed: int) -> TransformedTargetRegressor:
    """The scikit-learn estimator: a network on standardised features and target (see docs/decisions/0007)."""
    network = make_pipeline(StandardScaler(), MLPRegressor(**params, random_state=seed))
    return TransformedTargetRegressor(network, transformer=StandardScaler())


def held_out_errors(
    X: FloatArray, y: FloatArray, folds: list[Fold], grid: list[dict[str, Any]], seed: int
) -> FloatArray:
    """Squared error of each row at each grid point, by networks that never saw the row's fold.

    Parameters
    ----------
    X : array of shape (n_rows, n_features)
    y : array of shape (n_rows,)
    folds : list of Fold
        Each row is held out once.
    grid : list of dict
        Each with ``solver``, ``activation``, ``max_iter``, ``learning_rate_init`` and ``hidden_layer_sizes``.
    seed : int
        ``random_state`` of the networks.

    Returns
    -------
    array of shape (n_rows, n_grid)
        In y's unit squared; infinite where a network diverged.
    """
    errors = np.empty((len(y), len(grid)))
    stops = sorted({point["max_iter"] for point in grid})
    rates = sorted({point["learning_rate_init"] for point in grid})
    for lesson in _lessons(X, y, folds):
        trained: dict[tuple[Network, str], FloatArray] = {}
        for j, point in enumerate(grid):
            solver = point["solver"]
            network = Network(X.shape[1], point["hidden_layer_sizes"], point["activation"], solver == "lbfgs")
            training = network, solver
            if training not in trained:
                trained[training] = _predictions(lesson, *training, rates, stops, seed)
            answer = trained[training][stops.index(point["max_iter"]), rates.index(point["learning_rate_init"])]
            errors[lesson.held_out, j] = (lesson.mean + lesson.scale * answer - y[lesson.held_out]) ** 2
    return errors


class _Lesson(NamedTuple):
    """Equally large folds, each standardised by its own training rows.

    Attributes
    ----------
    single, rows : Rows
        The training rows one by one, and for gradient descent: with equal ones as one, unless there are so many that
        descent takes them a part at a time.
    asked : array of shape (n_folds, n_held_out, n_features)
    held_out : array of int of shape (n_folds, n_held_out)
    mean, scale : arrays of shape (n_folds, 1)
        Back to the target's unit.
    """

    single: Rows
    rows: Rows
    asked: FloatArray
    held_out: NDArray[np.intp]
    mean: FloatArray
    scale: FloatArray


def _lessons(X: FloatArray, y: FloatArray, folds: list[Fold]) -> Iterator[_Lesson]:
    kinds, kind = np.unique(X, axis=0, return_inverse=True)
    sizes = [(len(fold.train), len(fold.held_out)) for fold in folds]
    for size in sorted(set(sizes)):
        single, merged, asked, back = [], [], [], []
        alike = [fold for fold, its_size in zip(folds, sizes, strict=True) if its_size == size]
        for fold in alike:
            features, target = StandardScaler().fit(X[fold.train]), StandardScaler().fit(y[fold.train, None])
            y_train = target.transform(y[fold.train, None])
            single.append(_one_by_one(features.transform(X[fold.train]), y_train))
            merged.append(_as_one(features.transform(kinds), kind.ravel()[fold.train], y_train[:, 0]))
            asked.append(features.transform(X[fold.held_out]))
            back.append((target.mean_, target.scale_))
        mean, scale = map(np.array, zip(*back, strict=True))
        held_out = np.array([fold.held_out for fold in alike])
        rows = merged if size[0] <= BATCH else single
        yield _Lesson(_stack(single), _stack(rows), np.array(asked), held_out, mean, scale)


def _one_by_one(X: FloatArray, y: FloatArray) -> Rows:
    return Rows(X, y, np.ones_like(y), np.array(0.0), np.array([float(len(y))]))


def _as_one(kinds: FloatArray, kind: NDArray[np.intp], y: FloatArray) -> Rows:
    """All kinds of rows; ``kind`` says of which kind each training row is."""
    weight = np.bincount(kind, minlength=len(kinds)).astype(np.float64)
    mean = np.bincount(kind, y, minlength=len(kinds)) / np.maximum(weight, 1.0)
    spread = np.asarray(np.sum((y - mean[kind]) ** 2))
    return Rows(kinds, mean[:, None], weight[:, None], spread, np.array([float(len(y))]))


def _stack(rows: list[Rows]) -> Rows:
    return Rows(*map(np.array, zip(*rows, strict=True)))


def _predictions(
    lesson: _Lesson, network: Network, solver: str, rates: list[float], stops: list[int], seed: int
) -> FloatArray:
    """Standardised answers to what the lesson asks, shape (n_stops, n_rates, n_folds, n_held_out)."""
    n_folds = len(lesson.asked)
    fold = np.tile(np.arange(n_folds), len(rates))
    with np.errstate(over="ignore", invalid="ignore"):
        if solver == "lbfgs":
            ended = minimise(network, lesson.single, stops, seed)[:, fold]
        else:
            ended = descend(network, solver, np.repeat(rates, n_folds), lesson.rows.of(fold), stops, seed)
        answers = [network.predict(packed, lesson.asked[fold]) for packed in ended]
    return np.reshape(answers, (len(stops), len(rates), n_folds, -1))
