from __future__ import annotations

import pytest

from perfmodel.model import ScenarioModel
from perfmodel.report.technique_scores import has_techniques, linear_scores, technique_scores
from perfmodel.scores.accuracy import PAPER

ALL = ("lasso", "ridge", "random_forest")  # perceptrons are searched in the same way, and slowly


def scores(scenario, runs, techniques=ALL):
    model = ScenarioModel(scenario, techniques).fit(runs, runs["completion_time_s"])
    return model, technique_scores(model, runs, ALL)


@pytest.mark.parametrize("scenario", ["baseline", "3-2", "4-2"])
def test_the_chosen_techniques_are_the_models_own(grid_runs, scenario):
    model, found = scores(scenario, grid_runs)
    assert len(found) == len(ALL) * len(model.regressor_.choices_)
    chosen = found[found["chosen"]].set_index("level")
    for level, choice in model.regressor_.choices_.items():
        assert (chosen.loc[level, "technique"], chosen.loc[level, "params"]) == (choice["technique"], choice["params"])
    assert chosen.loc["final", "accuracy_pct"] == pytest.approx(model.accuracy_[PAPER])


def test_what_cannot_extrapolate_is_scored_though_it_is_no_candidate(grid_runs):
    """A forest that learned 1 and 5 % says 5 % when asked about 100 %."""
    _, found = scores("2", grid_runs, ("lasso", "ridge"))
    final = found.set_index("technique")
    assert final.loc["random_forest", "accuracy_pct"] < 10
    assert not final.loc["random_forest", "chosen"]


@pytest.mark.parametrize(("scenario", "expected"), [("2", True), ("3-1", True), ("5", False), ("ernest", False)])
def test_the_scenarios_of_the_paper_have_techniques(grid_runs, scenario, expected):
    model = ScenarioModel(scenario, ("ridge",)).fit(grid_runs, grid_runs["completion_time_s"])
    assert has_techniques(model) is expected


def test_each_linear_grid_point_has_a_score(grid_runs):
    model, found = scores("4-2", grid_runs, ("lasso", "ridge"))
    grid = linear_scores(model, grid_runs)
    assert grid["technique"].value_counts().to_dict() == {"lasso": 9, "ridge": 9}
    winner = found[found["chosen"] & (found["level"] == "final")].iloc[0]
    same = grid[(grid["technique"] == winner["technique"]) & (grid["params"] == winner["params"])]
    assert same["accuracy_pct"].item() == pytest.approx(winner["accuracy_pct"])
