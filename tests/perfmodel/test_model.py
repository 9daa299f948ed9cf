from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from perfmodel import artifacts
from perfmodel.answers.prediction import question
from perfmodel.errors import NotEnoughRunsError
from perfmodel.model import ScenarioModel
from perfmodel.paper.reconstruct import reconstruct
from perfmodel.scenarios import SCENARIOS
from perfmodel.scores.accuracy import HELD_OUT, PAPER


@pytest.mark.parametrize(
    ("application", "reachable"),
    [
        ("resnet50", 99.3),
        pytest.param("inception_v4", 97.4, marks=pytest.mark.thorough),
        pytest.param("xception", 95.9, marks=pytest.mark.thorough),
    ],
)
def test_4_2_reaches_what_the_published_averages_allow(application, reachable):
    """Table 2 extrapolated linearly from 1 and 10 % gives this share of the full time."""
    runs = reconstruct(application)
    model = ScenarioModel("4-2").fit(runs, runs["completion_time_s"])
    assert model.accuracy_[PAPER] == pytest.approx(reachable, abs=0.5)
    assert model.accuracy_[HELD_OUT] == pytest.approx(reachable, abs=1)


def test_the_baseline_is_worse_where_it_has_not_been(paper_baseline):
    assert paper_baseline.accuracy_[HELD_OUT] < paper_baseline.accuracy_[PAPER] < 95


def test_t1_is_the_published_collecting_time(paper_baseline):
    assert paper_baseline.training_s_ == pytest.approx(5182 * 60)


def test_intervals_hold_the_prediction_and_widen_outside(paper_model):
    asked = pd.concat([question(n, 8, 8, 100) for n in (3, 6, 12)], ignore_index=True)
    low, high = paper_model.predict_interval(asked)
    predicted = paper_model.predict(asked)
    assert (low < predicted).all()
    assert (predicted < high).all()
    width = high / low
    assert width[0] < width[1] < width[2]


def test_a_higher_level_is_wider(paper_model):
    asked = question(3, 8, 8, 100)
    low, high = paper_model.predict_interval(asked, level=0.99)
    low90, high90 = paper_model.predict_interval(asked)
    assert low < low90
    assert high > high90


def test_a_configuration_that_was_never_profiled_is_less_sure(grid_runs):
    """Cores 3 lies between the profiled 2 and 4; a forest is much better on what it has seen."""
    model = ScenarioModel("baseline", techniques=("random_forest",)).fit(grid_runs, grid_runs["completion_time_s"])
    (low, high), (low_new, high_new) = (model.predict_interval(question(2, cores, 2, 100)) for cores in (2, 3))
    assert high_new / low_new > 1.5 * high / low


@pytest.fixture(scope="module")
def boosted():
    """Repeats 1 % apart, and a law that a configuration left out is far from."""
    axes = {
        "num_executors": (1, 2, 3),
        "executor_cores": (1, 2, 4),
        "executor_memory_gb": (2.0, 8.0),
        "images_per_partition": (20, 50),
        "sampling_rate_pct": (1.0, 100.0),
        "repeat": (0, 1),
    }
    runs = pd.DataFrame(itertools.product(*axes.values()), columns=list(axes))
    lucky = np.where(runs["num_executors"] == runs["executor_cores"], 1.5, 1.0)
    times = 600 * runs["sampling_rate_pct"] / (runs["num_executors"] * runs["executor_cores"]) * lucky
    return ScenarioModel("boosted").fit(runs, times * (1 + runs["repeat"] / 100))


class TestWhatWasProfiled:
    """Errors on runs speak for what was run; whatever else is asked, configurations never seen speak for it."""

    def width(self, model, cores=2, memory=2.0, rate=100.0, **more):
        low, high = model.predict_interval(question(2, cores, memory, rate).assign(**more))
        return np.log(high / low)[0]

    def test_what_was_run_is_judged_by_the_runs(self, boosted):
        for asked in ({"images_per_partition": 50}, {"rate": 1.0}, {"memory": 8.0}):
            assert self.width(boosted, **asked) == pytest.approx(self.width(boosted))

    @pytest.mark.parametrize(
        "asked", [{"cores": 3}, {"memory": 4.0}, {"rate": 50.0}, {"images_per_partition": 30}, {"total_cores": 3}]
    )
    def test_between_the_profiled_values_nothing_was_seen(self, boosted, asked):
        assert self.width(boosted, **asked) > 1.5 * self.width(boosted)

    @pytest.mark.parametrize("asked", [{"memory": 16.0}, {"rate": 200.0}, {"images_per_partition": 100}])
    def test_a_doubling_beyond_any_profiled_range_adds_the_width_again(self, boosted, asked):
        assert self.width(boosted, **asked) == pytest.approx(2 * self.width(boosted, memory=4.0))

    def test_samples_speak_for_the_whole_only_where_that_was_run(self, grid_runs):
        samples = grid_runs[grid_runs["sampling_rate_pct"] < 100]
        both, without = (
            ScenarioModel("4-2", techniques=("lasso", "ridge")).fit(runs, runs["completion_time_s"])
            for runs in (grid_runs, samples)
        )
        asked = question(2, 2, 2, 100)
        assert both.profiled(asked).all()
        assert not without.profiled(asked).any()
        assert without.profiled(question(2, 2, 2, 5)).all()


def test_what_lies_outside_the_profiled_range_is_named(paper_model):
    asked = pd.concat([question(3, 8, 8, 100), question(4, 8, 1, 150)], ignore_index=True)
    assert paper_model.outside(asked) == [
        [],
        ["num_executors", "total_cores", "executor_memory_gb", "sampling_rate_pct"],
    ]


def test_the_baseline_answers_for_the_whole_data_set_only(paper_baseline):
    asked = pd.concat([question(2, 4, 8, 100), question(2, 4, 8, 50)], ignore_index=True)
    assert list(np.isfinite(paper_baseline.predict(asked))) == [True, False]


def test_a_scenario_is_scored_where_it_answers(grid_runs):
    """With runs over one and a half data sets, scenarios are still asked about the whole data set, if it was run."""
    larger = grid_runs[grid_runs["sampling_rate_pct"] == 100].assign(sampling_rate_pct=150.0)
    larger["completion_time_s"] *= 1.5
    runs = pd.concat([grid_runs, larger], ignore_index=True)
    scores = {}
    for name, scenario, rows in (
        ("3-2", "3-2", runs),
        ("4-2", "4-2", runs),
        ("4-2, never run as a whole", "4-2", runs[runs["sampling_rate_pct"] != 100]),
    ):
        model = ScenarioModel(scenario, techniques=("lasso", "ridge")).fit(rows, rows["completion_time_s"])
        scores[name] = (model.test_rate_, round(model.accuracy_[PAPER]))
    assert scores == {"3-2": (100, 100), "4-2": (100, 100), "4-2, never run as a whole": (150, 100)}


def test_a_time_below_zero_is_no_answer(paper_baseline):
    assert np.isnan(paper_baseline.predict(question(3, 64, 8, 100))[0])


def test_too_few_runs_are_refused(grid_runs):
    with pytest.raises(NotEnoughRunsError, match="sampling rates"):
        ScenarioModel("4-2").fit(grid_runs[grid_runs["sampling_rate_pct"] == 100], [1.0] * 9)


ALIKE = {"2", "3-1", "4-1"}  # to other scenarios, but for what their features are


@pytest.mark.parametrize(
    "scenario", [pytest.param(one, marks=pytest.mark.thorough if one in ALIKE else ()) for one in SCENARIOS]
)
def test_estimator_contract(scenario, grid_runs):
    """Clone, parameters, shapes, determinism with a seed, and the way through an artefact: for every scenario."""
    y = grid_runs["completion_time_s"]
    model = ScenarioModel(scenario, techniques=("lasso", "ridge"), seed=1).fit(grid_runs, y)
    assert clone(model).get_params() == {"scenario": scenario, "techniques": ("lasso", "ridge"), "seed": 1}
    full = grid_runs[grid_runs["sampling_rate_pct"] == 100]
    predicted = model.predict(full)
    assert predicted.shape == (len(full),)
    assert (predicted > 0).sum() >= 8, "only the baseline's straight line falls below zero, in one corner"
    np.testing.assert_array_equal(predicted, clone(model).fit(grid_runs, y).predict(full))
    again = artifacts.load(artifacts.dump(model))
    np.testing.assert_array_equal(again.predict(full), predicted)
    np.testing.assert_array_equal(again.predict_interval(full), model.predict_interval(full))


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_one_configuration_is_refused_by_every_scenario(scenario, grid_runs):
    one = grid_runs[(grid_runs["num_executors"] == 1) & (grid_runs["executor_cores"] == 1)]
    with pytest.raises(NotEnoughRunsError, match="at least 2 configurations"):
        ScenarioModel(scenario).fit(one, one["completion_time_s"])


def test_a_question_that_does_not_say_images_per_partition_means_the_usual(grid_runs):
    model = ScenarioModel("1", techniques=("ridge",)).fit(grid_runs, grid_runs["completion_time_s"])
    silent = question(2, 2, 2, 100)
    np.testing.assert_array_equal(model.predict(silent), model.predict(silent.assign(images_per_partition=20)))


def test_a_column_that_the_runs_lack_is_named(grid_runs):
    with pytest.raises(NotEnoughRunsError, match="scenario 1 needs images_per_partition"):
        ScenarioModel("1").fit(grid_runs.drop(columns="images_per_partition"), grid_runs["completion_time_s"])
