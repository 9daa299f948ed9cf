from __future__ import annotations

import numpy as np
import pytest

from perfmodel.scores.folds import leave_one_out
from perfmodel.search.choice import select

X = np.array([[1.0], [2.0], [3.0], [4.0], [6.0], [8.0]])


def test_a_straight_line_is_won_by_a_linear_technique_and_refitted_on_all_rows():
    selection = select(X, 3 * X[:, 0] + 1, ("random_forest", "lasso"), leave_one_out(6), seed=0)
    assert selection.winner.technique == "lasso"
    assert selection.winner.mse == min(candidate.mse for candidate in selection.candidates)
    assert len(selection.candidates) == 27 + 9
    assert selection.estimator.predict([[100.0]])[0] == pytest.approx(301, rel=1e-6)


def test_a_step_is_won_by_the_forest():
    x = np.repeat([1.0, 2.0, 3.0, 4.0], 4).reshape(-1, 1)
    y = np.where(x[:, 0] < 2.5, 1.0, 9.0)
    selection = select(x, y, ("lasso", "ridge", "random_forest"), leave_one_out(16), seed=0)
    assert selection.winner.technique == "random_forest"


def test_the_earlier_candidate_wins_a_tie():
    selection = select(X, np.full(6, 5.0), ("ridge", "lasso"), leave_one_out(6), seed=0)
    assert (selection.winner.technique, selection.winner.params) == ("ridge", {"alpha": 1e-15})


def test_two_rows_give_the_line_through_them():
    selection = select(X[:2], np.array([2.0, 4.0]), ("lasso", "ridge"), leave_one_out(2), seed=0)
    assert selection.estimator.predict([[3.0]])[0] == pytest.approx(6)
