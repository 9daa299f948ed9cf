from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from perfmodel.scores.intervals import doublings_outside, half_width, log_ratios, outside


@pytest.mark.parametrize("count", [3, 6, 9, 14, 40])
def test_intervals_cover_what_they_promise(count):
    """Normal errors of unknown spread: Student's t for few, the jackknife quantile for more."""
    errors = np.random.default_rng(0).normal(0, 0.1, (6000, count + 1))
    covered = [abs(row[-1]) <= half_width(row[:-1], 0.9) for row in errors]
    assert np.mean(covered) == pytest.approx(0.9, abs=0.02)


@pytest.mark.parametrize("draw", ["standard_cauchy", "standard_exponential"])
def test_with_nine_errors_no_distribution_is_assumed(draw):
    errors = getattr(np.random.default_rng(0), draw)((6000, 20))
    covered = [abs(row[-1]) <= half_width(row[:-1], 0.9) for row in errors]
    assert np.mean(covered) == pytest.approx(0.9, abs=0.015)


def test_the_width_is_a_quantile_of_the_errors():
    errors = np.arange(1, 20) / 100 * (-1.0) ** np.arange(19)
    assert half_width(errors, 0.9) == pytest.approx(0.18)
    assert half_width(errors, 0.5) == pytest.approx(0.10)


def test_fewer_errors_make_wider_intervals():
    assert half_width([0.1, -0.1], 0.9) > 2 * half_width([0.1, -0.1] * 10, 0.9)


def test_a_prediction_at_or_below_zero_counts_as_a_hundredfold_error():
    assert log_ratios([100.0], [-5.0])[0] == pytest.approx(np.log(100))


@pytest.mark.parametrize("count", [6, 12])
def test_errors_of_one_configuration_are_no_more_than_one(count):
    """Twenty rows a configuration, that share its error: taken for independent they would cover much less."""
    random = np.random.default_rng(0)
    shared = random.normal(0, 0.1, (3000, count + 1, 1)) + random.normal(0, 0.02, (3000, count + 1, 20))
    labels = np.repeat(np.arange(count), 20)
    covered = [abs(case[-1, 0]) <= half_width(case[:-1].ravel(), 0.9, labels) for case in shared]
    assert 0.885 < np.mean(covered) < 0.95


def test_configurations_weigh_the_same_however_many_errors_they_have():
    errors = np.arange(1, 20) / 100
    more_of_the_first = np.concatenate([np.repeat(errors[:1], 500), errors[1:]])
    labels = np.concatenate([np.repeat(0, 500), np.arange(1, 19)])
    assert half_width(more_of_the_first, 0.9, labels) == pytest.approx(half_width(errors, 0.9))


def test_distance_is_counted_in_doublings():
    rows = pd.DataFrame({"cores": [2, 8, 16, 1], "executors": [1, 3, 12, 3]})
    beyond = doublings_outside(rows, {"cores": (2, 8), "executors": (1, 3)})
    assert list(beyond) == pytest.approx([0, 0, 3, 1])


def test_what_is_unknown_or_not_asked_is_not_outside():
    rows = pd.DataFrame({"cores": [2, 16], "memory": [np.nan, 1.0]}, dtype=object)
    ranges = {"cores": (2, 8), "memory": (2, 4), "images": (10, 20)}
    assert outside(rows, ranges).to_numpy().tolist() == [[False, False], [True, True]]
    assert list(doublings_outside(rows, ranges)) == pytest.approx([0, 2])
