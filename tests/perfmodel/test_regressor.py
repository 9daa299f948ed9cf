from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone

from perfmodel.errors import CannotPredictError
from perfmodel.regressor import ScenarioRegressor
from perfmodel.scenarios import SCENARIOS


def fitted(scenario, runs, **params):
    training = SCENARIOS[scenario].training_rows(SCENARIOS[scenario].average(runs))
    return ScenarioRegressor(scenario, **params).fit(training, training["completion_time_s"])


def test_4_2_learns_the_product_from_samples_and_answers_for_the_whole(grid_runs):
    model = fitted("4-2", grid_runs, techniques=("lasso", "ridge"))
    full = grid_runs[grid_runs["sampling_rate_pct"] == 100]
    np.testing.assert_allclose(model.predict(full), full["completion_time_s"], rtol=1e-4)
    assert set(model.level1_) == {"1/executor_cores", "1/num_executors", "sampling_rate_pct"}
    assert set(model.choices_) == {*model.level1_, "final"}


def test_what_extrapolates_never_chooses_a_forest(paper_model):
    """A tree answers for 100 % what it saw at 10 %, which leave-one-out over 1 and 10 % cannot notice."""
    choices = paper_model.regressor_.choices_
    assert choices["1/executor_cores"]["technique"] == "random_forest"
    assert choices["sampling_rate_pct"]["technique"] in ("lasso", "ridge")
    assert choices["final"]["technique"] in ("lasso", "ridge")


def test_4_2_with_forests_only_is_refused_with_the_reason(grid_runs):
    with pytest.raises(CannotPredictError, match="extrapolate; add lasso or ridge"):
        fitted("4-2", grid_runs, techniques=("random_forest",))


def test_a_missing_column_is_named(grid_runs):
    model = fitted("4-2", grid_runs, techniques=("ridge",))
    with pytest.raises(CannotPredictError, match="executor_cores"):
        model.predict(grid_runs.drop(columns="executor_cores"))


@pytest.mark.parametrize("scenario", [name for name, s in SCENARIOS.items() if s.estimator == "techniques"])
def test_estimator_contract(scenario, grid_runs):
    model = fitted(scenario, grid_runs, seed=3)
    again = clone(model)
    assert again.get_params() == model.get_params()
    assert not hasattr(again, "final_")
    full = grid_runs[grid_runs["sampling_rate_pct"] == 100]
    np.testing.assert_array_equal(model.predict(full), fitted(scenario, grid_runs, seed=3).predict(full))
    assert model.predict(full).shape == (len(full),)
