from __future__ import annotations

import numpy as np
import pytest

from perfmodel.scores.coverage import LEVELS, coverage


def test_wider_intervals_hold_more(paper_model):
    found = coverage(paper_model)
    assert found["level"].tolist() == list(LEVELS)
    assert found["seen"].is_monotonic_increasing
    assert found["unseen"].is_monotonic_increasing
    assert found[["seen", "unseen"]].stack().between(0, 1).all()


def test_the_runs_that_made_a_width_fill_it(paper_model):
    found = coverage(paper_model, (0.9,))
    assert 0.89 <= found["seen"][0] <= 1


def test_the_unseen_share_counts_each_configuration_once_by_the_errors_on_the_others(paper_model):
    errors = np.abs(paper_model.unseen_errors_)
    numbers = paper_model.unseen_configurations_
    shares = []
    for one in np.unique(numbers):
        others = np.sort(errors[numbers != one])
        rank = 0.9 * (len(others) + 1)
        width = np.interp(rank, np.arange(1, len(others) + 1), others)
        shares.append(np.mean(errors[numbers == one] <= width))
    assert coverage(paper_model, (0.9,))["unseen"][0] == pytest.approx(np.mean(shares))
