from __future__ import annotations

import pytest

from perfmodel.errors import NotEnoughRunsError, UnknownNameError
from perfmodel.paper.published import published
from perfmodel.scenarios import SCENARIOS, scenario_named


@pytest.mark.parametrize("name", published()["scenarios_table_8"])
def test_training_rows_are_as_many_as_table_8_says(name, paper_runs):
    scenario, table = SCENARIOS[name], published()["scenarios_table_8"][name]
    rows = scenario.training_rows(scenario.average(paper_runs))
    assert len(rows) == table.get("samples", table.get("train_samples"))
    assert set(rows["sampling_rate_pct"]) == set(table["train_sampling_rate_pct"])


def test_one_sampling_rate_is_not_enough_for_4_2(grid_runs):
    scenario = SCENARIOS["4-2"]
    runs = grid_runs[grid_runs["sampling_rate_pct"] != 5]
    with pytest.raises(NotEnoughRunsError, match="at least 2 sampling rates below 100 %, and the runs have 1"):
        scenario.training_rows(scenario.average(runs))


def test_one_configuration_is_not_enough(grid_runs):
    scenario = SCENARIOS["baseline"]
    runs = grid_runs[(grid_runs["num_executors"] == 1) & (grid_runs["executor_cores"] == 1)]
    with pytest.raises(NotEnoughRunsError, match="at least 2 configurations"):
        scenario.training_rows(scenario.average(runs))


def test_an_unknown_scenario_is_refused():
    with pytest.raises(UnknownNameError, match="5-9"):
        scenario_named("5-9")
