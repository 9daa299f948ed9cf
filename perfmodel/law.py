"""Scenario 5: one smooth law of completion time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted

from perfmodel.configurations import (
    OPTIONAL_COLUMNS,
    SHORTEST_S,
    configuration_groups,
    known_columns,
    needed_columns,
    positive_times,
)
from perfmodel.evidence.causes import SPLIT_IMAGES
from perfmodel.features import FloatArray
from perfmodel.lawform import Form, Rows, Spill
from perfmodel.relative import Groups, coefficients, held_out_errors

# With fewer configurations, leaving one out says more about the gap than about the law.
ENOUGH_TO_CHOOSE = 4
MOST_STEPS = 8
# A more complex law must lower the error by half the standard error of the gain, by a fiftieth, and by more than
# rounding where it is exact already.
STANDARD_ERRORS = 0.5
WORTH_A_CHANGE = 0.02
ROUNDING = 1e-4
# What stands for a column that no run stated: any amount of memory; of the others nobody knows.
UNKNOWN = {"executor_memory_gb": 1.0, "images_per_partition": np.nan, SPLIT_IMAGES: np.nan}


class SmoothLaw(RegressorMixin, BaseEstimator):
    """Completion time as a sum of what shrinks with the cluster and what does not.

    ``time = start + serial s + work s / (E^a C^b) + contention s / E^a + overhead E + coordination log2 E
    + tasks s / (E^a C^b P) + scheduling s / P + spill s / (E^a C^b) u``

    for E executors of C cores, a share s of the data set, P images a partition and the share u of the work that is
    done again because the data do not fit into memory. Where tasks are few, only the cores that have one share the work
    (`perfmodel.lawform.Rows.used`). No coefficient is negative and a, b lie between 0.3 and 1. So time is never
    negative; more data are never faster; more cores an executor or more memory never slower; more executors only
    where the runs show an overhead. Fitted to relative errors.

    Terms and exponents are decided inside ``fit``: starting from ``start`` and ``work`` with the usual exponents, the
    change that most lowers the error on left-out configurations is made as long as the gain is clear.
    With fewer than `ENOUGH_TO_CHOOSE` configurations the exponents stay, and single rows are left out to decide on
    ``serial``, ``contention``, ``overhead`` and ``scheduling``. Where the runs cannot tell terms apart, the time counts
    as shared work (see docs/decisions/0008).

    Attributes
    ----------
    form_ : dict
        The chosen `perfmodel.lawform.Form`.
    coefficients_ : dict of str to float
        By term, in seconds, for the whole data set on one executor of one core; a term that is not there is absent.
    typical_ : dict of str to float
        Memory, images a partition and of the data set that stand in where a question does not say.
    n_features_in_ : int
        Number of run-log columns that were used.
    """

    def fit(self, X: pd.DataFrame, y: Sequence[float] | pd.Series[float]) -> Self:
        """Fit on runs averaged by configuration and sampling rate.

        Parameters
        ----------
        X : DataFrame
            ``num_executors, executor_cores, sampling_rate_pct``; ``executor_memory_gb``, ``images_per_partition`` and
            ``split_images`` where they are known.
        y : array-like of shape (n_rows,)
            Completion time in seconds.

        Raises
        ------
        NotEnoughRunsError
            With fewer than 2 configurations.
        """
        target = positive_times(y)
        groups = configuration_groups(X, "scenario 5")
        columns = known_columns(X)
        self.typical_ = {name: float(X[name].median()) for name in OPTIONAL_COLUMNS if name in columns}
        self.n_features_in_ = len(columns)
        rows = self._rows(X)
        form = _choose(rows, target, groups)
        terms = form.terms(rows)
        found = coefficients(np.column_stack(list(terms.values())), target)
        self.form_: dict[str, Any] = {**form._asdict(), "spill": list(form.spill) if form.spill else None}
        self.coefficients_ = dict(zip(terms, found.tolist(), strict=True))
        return self

    def predict(self, X: pd.DataFrame) -> FloatArray:
        """Completion time in seconds, shape (n_rows,), above zero."""
        seconds = self.parts(X).sum(axis="columns", skipna=False)
        return np.asarray(np.maximum(seconds, SHORTEST_S), dtype=np.float64)

    def parts(self, X: pd.DataFrame) -> pd.DataFrame:
        """Seconds that each term of the law contributes, a column a term, indexed like ``X``."""
        check_is_fitted(self)
        spill = self.form_["spill"]
        form = Form(**{**self.form_, "spill": Spill(*spill) if spill else None})
        terms = form.terms(self._rows(X))
        return pd.DataFrame({name: self.coefficients_[name] * term for name, term in terms.items()}, index=X.index)

    def _rows(self, X: pd.DataFrame) -> Rows:
        needed = needed_columns(X, "scenario 5")
        optional = [self._optional(X, name) for name in OPTIONAL_COLUMNS]
        return Rows(needed[:, 0], needed[:, 1], needed[:, 2] / 100, *optional)

    def _optional(self, X: pd.DataFrame, name: str) -> FloatArray:
        """Values of a column that a law or a question may lack; the same throughout where the law never knew it."""
        if name not in self.typical_ or name not in X:
            return np.full(len(X), self.typical_.get(name, UNKNOWN[name]))
        return np.asarray(X[name].astype(float).fillna(self.typical_[name]), dtype=np.float64)


def _choose(rows: Rows, y: FloatArray, configurations: Groups) -> Form:
    """Start from the usual form, and make the best of the clear improvements as long as there is one."""
    few = len(configurations) < ENOUGH_TO_CHOOSE
    groups = [np.array([row]) for row in range(len(y))] if few else configurations
    form = Form(waves=rows.knows_tasks)
    if len(groups) < ENOUGH_TO_CHOOSE:
        return form
    errors = _errors(form, rows, y, groups)
    for _ in range(MOST_STEPS):
        forms = form.with_usual_term(rows) if few else form.neighbours(rows)
        tried = [(neighbour, _errors(neighbour, rows, y, groups)) for neighbour in forms]
        better = [candidate for candidate in tried if _clearly_better(errors, candidate[1])]
        if not better:
            break
        form, errors = min(better, key=lambda candidate: float(candidate[1].mean()))
    return form


def _errors(form: Form, rows: Rows, y: FloatArray, groups: Groups) -> FloatArray:
    """Mean absolute relative error of each configuration by a law that never saw it, shape (n_groups,)."""
    columns = np.column_stack(list(form.terms(rows).values()))
    errors = np.abs(held_out_errors(columns, y, groups))
    sizes = np.array([len(group) for group in groups])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    return np.asarray(np.add.reduceat(errors[np.concatenate(groups)], starts) / sizes, dtype=np.float64)


def _clearly_better(errors: FloatArray, others: FloatArray) -> bool:
    """Whether ``others`` are lower by `STANDARD_ERRORS` of the difference, and by what is worth a change."""
    gains = errors - others
    standard_error = gains.std(ddof=1) / np.sqrt(len(gains))
    return bool(gains.mean() > max(STANDARD_ERRORS * standard_error, WORTH_A_CHANGE * errors.mean(), ROUNDING))
