from __future__ import annotations

import pytest

from perfmodel.accuracy import PAPER
from perfmodel.model import ScenarioModel
from perfmodel.technique_scores import technique_scores
from perfmodel.techniques import TECHNIQUES


def scores(scenario, runs, techniques=tuple(TECHNIQUES)):
    model = ScenarioModel(scenario, techniques).fit(runs, runs["completion_time_s"])
    return model, technique_scores(model, runs)


@pytest.mark.parametrize("scenario", ["baseline", "3-2", "4-2"])
def test_the_chosen_techniques_are_the_models_own(grid_runs, scenario):
    model, found = scores(scenario, grid_runs)
    assert len(found) == len(TECHNIQUES) * len(model.regressor_.choices_)
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


def test_where_nothing_was_chosen_there_is_nothing_to_show(grid_runs):
    assert scores("5", grid_runs)[1].empty
