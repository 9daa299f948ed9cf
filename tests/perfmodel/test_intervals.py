from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from perfmodel.intervals import doublings_outside, half_width, log_ratios


def test_intervals_cover_what_they_promise():
    """Normal errors of unknown spread, few of them: Student's t keeps the promise."""
    random = np.random.default_rng(0)
    errors = random.normal(0, 0.1, (4000, 7))
    covered = [abs(row[-1]) <= half_width(row[:-1], 0.9) for row in errors]
    assert np.mean(covered) == pytest.approx(0.9, abs=0.02)


def test_fewer_errors_make_wider_intervals():
    assert half_width([0.1, -0.1], 0.9) > half_width([0.1, -0.1] * 10, 0.9) > 0.1


def test_a_prediction_at_or_below_zero_counts_as_a_hundredfold_error():
    assert log_ratios([100.0], [-5.0])[0] == pytest.approx(np.log(100))


def test_distance_is_counted_in_doublings():
    rows = pd.DataFrame({"cores": [2, 8, 16, 1], "executors": [1, 3, 12, 3]})
    beyond = doublings_outside(rows, {"cores": (2, 8), "executors": (1, 3)})
    assert list(beyond) == pytest.approx([0, 0, 3, 1])
