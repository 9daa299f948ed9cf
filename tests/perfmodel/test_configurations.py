"""What the estimators over whole configurations share: refusals, and scikit-learn's contract."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from perfmodel.boosted import BoostedTrees
from perfmodel.configurations import configuration_groups
from perfmodel.ernest import Ernest
from perfmodel.errors import CannotPredictError, NotEnoughRunsError
from perfmodel.law import SmoothLaw

ESTIMATORS = {
    "law": (SmoothLaw(), ["perfmodel.law.SmoothLaw"]),
    "ernest": (Ernest(machines="executors"), ["perfmodel.ernest.Ernest"]),
    "boosted": (
        BoostedTrees(seed=3),
        [
            "perfmodel.boosted.BoostedTrees",
            "sklearn.tree._tree.Tree",
        ],
    ),
}

any_estimator = pytest.mark.parametrize("name", ESTIMATORS)


@pytest.fixture(scope="module")
def grid():
    columns = ("num_executors", "executor_cores", "sampling_rate_pct", "executor_memory_gb")
    X = pd.DataFrame(itertools.product((1, 2, 3), (1, 2, 4), (1.0, 100.0), (2.0, 8.0)), columns=columns)
    y = 5 + 9 * X["sampling_rate_pct"] / (X["num_executors"] * X["executor_cores"])
    return X, y * np.random.default_rng(0).lognormal(0, 0.1, len(y))


@any_estimator
def test_contract(name, grid):
    X, y = grid
    model, _ = ESTIMATORS[name]
    again = clone(model)
    assert again.get_params() == model.get_params()
    with pytest.raises(NotFittedError):
        again.predict(X)
    assert again.fit(X, y) is again
    assert again.n_features_in_ in (3, 4)
    predicted = again.predict(X)
    assert predicted.shape == (len(X),)
    assert (predicted > 0).all()
    np.testing.assert_array_equal(predicted, clone(model).fit(X, y).predict(X))
    np.testing.assert_array_equal(predicted[::-1], again.predict(X[::-1]))


@any_estimator
def test_fitting_changes_no_input(name, grid):
    X, y = grid
    before = X.copy(), y.copy()
    clone(ESTIMATORS[name][0]).fit(X, y).predict(X)
    pd.testing.assert_frame_equal(X, before[0])
    pd.testing.assert_series_equal(y, before[1])


@any_estimator
def test_a_model_comes_back_from_its_bytes(name, grid):
    X, y = grid
    model, trusted = ESTIMATORS[name]
    fitted = clone(model).fit(X, y)
    data = skops.io.dumps(fitted)
    assert set(skops.io.get_untrusted_types(data=data)) <= set(trusted)
    np.testing.assert_array_equal(skops.io.loads(data, trusted=trusted).predict(X), fitted.predict(X))


@any_estimator
def test_one_configuration_is_refused_with_the_reason(name, grid):
    X, y = grid
    one = (X["num_executors"] == 2) & (X["executor_cores"] == 4)
    with pytest.raises(NotEnoughRunsError, match=r"at least 2 configurations .* there are 1; profile another"):
        clone(ESTIMATORS[name][0]).fit(X[one], y[one])


@any_estimator
def test_no_runs_are_refused(name, grid):
    X, y = grid
    with pytest.raises(NotEnoughRunsError, match="there are 0"):
        clone(ESTIMATORS[name][0]).fit(X[:0], y[:0])


@any_estimator
@pytest.mark.parametrize("time", [0.0, -1.0, np.nan, np.inf])
def test_a_run_without_a_time_is_refused(name, time, grid):
    X, y = grid
    with pytest.raises(NotEnoughRunsError, match="1 of 36 runs have no completion time above zero"):
        clone(ESTIMATORS[name][0]).fit(X, [time, *y[1:]])


@any_estimator
def test_a_missing_column_is_named(name, grid):
    X, y = grid
    with pytest.raises(CannotPredictError, match="executor_cores, sampling_rate_pct"):
        clone(ESTIMATORS[name][0]).fit(X[["num_executors"]], y)


@any_estimator
def test_a_row_of_a_frame_is_a_question(name, grid):
    """Rows taken out of a frame have columns of objects."""
    X, y = grid
    model = clone(ESTIMATORS[name][0]).fit(X, y)
    row = X.assign(application="resnet50").iloc[5].to_frame().T
    np.testing.assert_allclose(model.predict(row), model.predict(X.iloc[[5]]))


def test_a_column_that_some_rows_lack_is_not_used(grid):
    X, y = grid
    holes = X.assign(executor_memory_gb=X["executor_memory_gb"].where(X["num_executors"] > 1))
    np.testing.assert_array_equal(
        SmoothLaw().fit(holes, y).predict(X), SmoothLaw().fit(X.drop(columns="executor_memory_gb"), y).predict(X)
    )


def test_the_rows_of_a_configuration_stay_together(grid):
    X, _ = grid
    groups = configuration_groups(X, "the law")
    assert sorted(np.concatenate(groups)) == list(range(len(X)))
    assert all(len(X.iloc[group][["num_executors", "executor_cores"]].drop_duplicates()) == 1 for group in groups)
