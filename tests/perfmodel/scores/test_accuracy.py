from __future__ import annotations

import pytest

from perfmodel.scenarios import SCENARIOS
from perfmodel.scores.accuracy import accuracy_pct, leave_one_configuration_out, mape


def test_mape_is_relative_to_what_happened():
    assert mape([100, 200], [110, 100]) == pytest.approx((10 + 50) / 2)
    assert accuracy_pct([100], [300]) == -100


def held_out(runs, name="4-2", rate=100.0):
    averaged = SCENARIOS[name].average(runs)
    found = leave_one_configuration_out(name, averaged, ("lasso", "ridge"), 0)
    return found[found["sampling_rate_pct"] == rate].reset_index(drop=True)


def test_a_configuration_never_teaches_its_own_prediction(grid_runs):
    """Make one configuration ten times slower at every data size: its own prediction must not notice."""
    honest = held_out(grid_runs)
    one = (grid_runs["num_executors"] == 2) & (grid_runs["executor_cores"] == 2)
    slow = grid_runs.assign(completion_time_s=grid_runs["completion_time_s"].where(~one, lambda t: 10 * t))
    spoiled = held_out(slow)
    key = (honest["num_executors"] == 2) & (honest["executor_cores"] == 2)
    assert spoiled.loc[key, "predicted_s"].item() == pytest.approx(honest.loc[key, "predicted_s"].item(), rel=1e-9)
    assert spoiled.loc[key, "actual_s"].item() == 10 * honest.loc[key, "actual_s"].item()


def test_every_configuration_is_held_out_once_at_every_rate_that_the_scenario_answers_for(grid_runs):
    assert [len(held_out(grid_runs, rate=rate)) for rate in (1.0, 5.0, 100.0)] == [9, 9, 9]
    assert [len(held_out(grid_runs, "baseline", rate)) for rate in (1.0, 5.0, 100.0)] == [0, 0, 9]


def test_no_configuration_can_be_spared_of_two(grid_runs):
    two = grid_runs[(grid_runs["num_executors"] == 1) & (grid_runs["executor_cores"] < 4)]
    assert held_out(two, "baseline").empty


def test_a_configuration_without_a_run_at_the_test_rate_is_not_asked(grid_runs):
    """It was profiled on samples only; predicting its zero rows used to be an error of scikit-learn's."""
    missing = (grid_runs["num_executors"] == 3) & (grid_runs["sampling_rate_pct"] == 100)
    assert len(held_out(grid_runs[~missing], "baseline")) == 6
    assert len(held_out(grid_runs[~missing])) == 6
