from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from perfmodel.boosted import BoostedTrees


@pytest.fixture(scope="module")
def grid():
    columns = ("num_executors", "executor_cores", "sampling_rate_pct", "executor_memory_gb")
    X = pd.DataFrame(itertools.product((1, 2, 3), (2, 4, 8), (1.0, 10.0, 100.0), (2.0, 8.0)), columns=columns)
    return X, 5 + 900 * X["sampling_rate_pct"] / (X["num_executors"] * X["executor_cores"])


def test_profiled_configurations_are_learnt_over_all_magnitudes(grid):
    X, y = grid
    np.testing.assert_allclose(BoostedTrees().fit(X, y).predict(X), y, rtol=0.05)


def test_beyond_the_profiled_range_it_answers_what_it_saw_at_the_edge(grid):
    X, y = grid
    model = BoostedTrees().fit(X, y)
    edge = X[X["executor_cores"] == 8]
    np.testing.assert_array_equal(model.predict(edge.assign(executor_cores=64)), model.predict(edge))


def test_a_question_without_memory_is_answered_for_the_typical_one(grid):
    X, y = grid
    model = BoostedTrees().fit(X, y)
    assert model.typical_["executor_memory_gb"] == 5.0
    np.testing.assert_array_equal(
        model.predict(X.drop(columns="executor_memory_gb")), model.predict(X.assign(executor_memory_gb=5.0))
    )
