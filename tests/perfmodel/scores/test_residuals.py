from __future__ import annotations

import pandas as pd
import pytest

from perfmodel import artifacts
from perfmodel.errors import NotEnoughRunsError
from perfmodel.model import ScenarioModel
from perfmodel.scores.accuracy import HELD_OUT, PAPER
from perfmodel.scores.residuals import residuals, summary


def fit(runs, scenario):
    return ScenarioModel(scenario, techniques=("lasso", "ridge")).fit(runs, runs["completion_time_s"])


@pytest.fixture
def runs(grid_runs):
    """Two repeats of the grid, 10 % apart, with names."""
    slower = grid_runs.assign(completion_time_s=1.1 * grid_runs["completion_time_s"])
    both = pd.concat([grid_runs, slower], ignore_index=True)
    return both.assign(run_id=[f"run-{i}" for i in range(len(both))])


@pytest.mark.parametrize("scenario", ["3-2", "4-2", "5"])
def test_residuals_average_to_the_accuracies_of_the_model(grid_runs, scenario):
    model = fit(grid_runs, scenario)
    found = residuals(model, grid_runs)
    tested = found[found["sampling_rate_pct"] == 100]
    mape = tested["relative_residual_pct"].abs().groupby(tested["protocol"]).mean()
    for protocol in (PAPER, HELD_OUT):
        assert 100 - mape[protocol] == pytest.approx(model.accuracy_[protocol])


def test_every_run_of_the_fit_has_a_residual_of_its_own(runs):
    found = residuals(fit(runs, "4-2"), runs)
    for protocol in (PAPER, HELD_OUT):
        own = found[found["protocol"] == protocol]
        assert sorted(own["run_id"]) == sorted(runs["run_id"])
    pair = found[found["protocol"] == PAPER].set_index("run_id").loc[["run-0", "run-27"]]
    assert pair["predicted_s"].nunique() == 1, "a repeat is predicted the same"
    assert pair["residual_s"].diff().iloc[1] == pytest.approx(0.1 * pair["actual_s"].iloc[0])
    expected = 100 * (pair["actual_s"] - pair["predicted_s"]) / pair["actual_s"]
    assert list(pair["relative_residual_pct"]) == pytest.approx(list(expected))


def test_runs_that_the_scenario_does_not_answer_for_have_no_residual(grid_runs):
    found = residuals(fit(grid_runs, "3-2"), grid_runs)
    assert set(found["sampling_rate_pct"]) == {100}
    assert len(found) == 2 * 9


def test_columns_that_a_scenario_does_not_know_stay_in_the_frame(paper_model, paper_runs):
    found = residuals(paper_model, paper_runs)
    assert len(found) == 2 * 1260
    assert found["executor_memory_gb"].nunique() == 7
    assert set(found["application"]) == {"resnet50"}


def test_an_artefact_keeps_what_its_residuals_need(runs):
    model = fit(runs, "5")
    again = artifacts.load(artifacts.dump(model))
    pd.testing.assert_frame_equal(residuals(again, runs), residuals(model, runs))


def test_the_summary_names_the_worst_run(runs):
    spoiled = runs.assign(completion_time_s=runs["completion_time_s"].where(runs["run_id"] != "run-5", 1e5))
    found = summary(residuals(fit(spoiled, "5"), spoiled), 100.0).set_index("protocol")
    assert found.loc[PAPER, "run_id"] == "run-5"
    assert found.loc[PAPER, "runs"] == 18
    assert (found["low"] <= found["median"]).all()
    assert found.loc[HELD_OUT, "worst"] > found.loc[HELD_OUT, "high"]


def test_runs_of_which_the_scenario_answers_for_none_are_refused_in_words(grid_runs):
    samples = grid_runs[grid_runs["sampling_rate_pct"] < 100]
    with pytest.raises(NotEnoughRunsError, match="none of these runs is one that scenario 3-2 answers for"):
        residuals(fit(grid_runs, "3-2"), samples)
