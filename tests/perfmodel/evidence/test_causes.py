from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from perfmodel import catalog
from perfmodel.answers.cost import Price, core_hours, cost
from perfmodel.answers.prediction import answer, question
from perfmodel.evidence.causes import causes, usable, with_real_cores
from perfmodel.evidence.effects import effects
from perfmodel.model import ScenarioModel
from perfmodel.scenarios import SCENARIOS
from perfmodel.scores.residuals import residuals
from store import open_store

MEMORY = "executor_memory_gb"


def fit(runs, scenario):
    return ScenarioModel(scenario, techniques=("lasso", "ridge")).fit(runs, runs["completion_time_s"])


@pytest.fixture
def uneven_runs(grid_runs):
    """The exact law of all cores, with 3 cores over 2 executors for the runs that had 2 x 2."""
    runs = grid_runs.assign(total_cores=grid_runs["num_executors"] * grid_runs["executor_cores"])
    uneven = (runs["num_executors"] == 2) & (runs["executor_cores"] == 2)
    runs["total_cores"] = runs["total_cores"].where(~uneven, 3)
    return runs.assign(completion_time_s=600 * runs["sampling_rate_pct"] / runs["total_cores"])


@pytest.fixture
def memory_runs(grid_runs):
    """With 2 GiB the whole data set takes twice as long as with 8: whether that is memory's doing, the regime says."""
    enough = grid_runs.assign(executor_memory_gb=8.0)
    twice = grid_runs["completion_time_s"] * np.where(grid_runs["sampling_rate_pct"] == 100, 2, 1)
    little = grid_runs.assign(completion_time_s=twice)
    return pd.concat([little, enough], ignore_index=True).assign(memory_regime="heap")


class TestUnevenExecutors:
    def test_an_executor_has_its_share_of_the_cores(self):
        rows = pd.DataFrame({"num_executors": [2, 2, 3], "executor_cores": [2, 2, 4], "total_cores": [3, None, 10]})
        real = with_real_cores(rows)
        assert real["executor_cores"].tolist() == [1.5, 2, 10 / 3]
        assert real["total_cores"].tolist() == [3, 4, 10]
        pd.testing.assert_frame_equal(with_real_cores(real), real)

    def test_even_executors_stay_as_they_are(self, grid_runs):
        real = with_real_cores(grid_runs)
        pd.testing.assert_frame_equal(real.drop(columns="total_cores"), grid_runs)

    @pytest.mark.parametrize("scenario", ["5", "ernest"])
    def test_a_law_of_all_cores_is_exact(self, scenario, uneven_runs):
        """Read as 2 x 2, those runs would be a third too slow."""
        model = fit(uneven_runs, scenario)
        np.testing.assert_allclose(model.predict(uneven_runs), uneven_runs["completion_time_s"], rtol=0.02)

    @pytest.mark.parametrize("scenario", SCENARIOS)
    def test_a_question_about_them_is_about_what_was_run(self, scenario, uneven_runs):
        model = fit(uneven_runs, scenario)
        assert model.ranges_["executor_cores"] == (1, 4)
        even = question(2, 2, 2, 100)
        uneven = even.assign(total_cores=3)
        np.testing.assert_array_equal(model.predict(uneven), model.predict(question(2, 1.5, 2, 100)))
        assert list(model.profiled(pd.concat([uneven, even], ignore_index=True))) == [True, False]

    def test_residuals_effects_and_cost_count_the_cores_that_were_there(self, uneven_runs):
        found = residuals(fit(uneven_runs, "5"), uneven_runs)
        assert len(found) == 2 * len(uneven_runs)
        assert 1.5 in set(found["executor_cores"])
        shown = effects(uneven_runs).query("column == 'num_executors'").set_index("level")
        assert shown.loc[2, "groups"] == 6, "not 9: executors of 2 cores were run alone and three at a time only"
        asked = question(2, 2, 2, 100).assign(total_cores=3)
        assert core_hours(asked, np.array([3600.0]))[0] == 3
        assert cost(asked, np.array([3600.0]), Price(1.0, 0.0))[0] == 3


class TestMemoryThatBoundsNothing:
    @pytest.mark.parametrize(
        ("regimes", "counts"),
        [
            (("heap", "heap"), True),
            ((None, None), True),
            (("heap", None), True),
            (("free", "free"), False),
            (("heap", "free"), False),
            (("heap", "process"), False),
        ],
    )
    def test_memory_counts_where_it_means_the_same_in_all_runs(self, regimes, counts):
        runs = pd.DataFrame({"num_executors": 1, "executor_cores": 1, MEMORY: 2.0, "memory_regime": regimes})
        assert (MEMORY in causes(runs, ["num_executors"])) is counts
        assert MEMORY in causes(runs, [MEMORY])

    @pytest.mark.parametrize("scenario", ["5", "boosted"])
    def test_a_fit_that_can_do_without_it_does(self, scenario, memory_runs):
        bounded, free = (fit(memory_runs.assign(memory_regime=regime), scenario) for regime in ("heap", "free"))
        little, much = question(2, 2, 2, 100), question(2, 2, 8, 100)
        assert bounded.predict(little)[0] > 1.5 * bounded.predict(much)[0]
        assert free.predict(little)[0] == free.predict(much)[0]
        assert MEMORY not in free.ranges_

    def test_it_neither_widens_an_interval_nor_is_outside(self, memory_runs):
        model = fit(memory_runs.assign(memory_regime="free"), "5")
        usual, other = (model.predict_interval(question(2, 2, memory, 100)) for memory in (2, 64))
        np.testing.assert_array_equal(usual, other)
        assert model.outside(question(2, 2, 64, 100)) == [[]]
        assert answer(model, question(2, 2, 64, 100), Price(1, 1))["note"].tolist() == [""]

    def test_scenario_1_is_still_of_every_column(self, memory_runs):
        assert MEMORY in fit(memory_runs.assign(memory_regime="free"), "1").ranges_


def test_the_store_says_what_memory_bounded(tmp_path, memory_runs):
    store = open_store(tmp_path)
    rows = memory_runs.drop(columns="memory_regime").assign(application="tiny", cluster="test", origin="measured")
    store.runs.add(rows.assign(settings=[{"memory_regime": "free"}] * len(rows)))
    [outcome] = catalog.fit(store, "tiny", "test", ["5"])
    model = catalog.champions(store, "tiny", "test")["5"].model
    assert outcome.version == 1
    assert MEMORY not in model.ranges_


def test_runs_that_failed_or_shared_cores_teach_nothing(grid_runs):
    runs = grid_runs.head(4).assign(status=["ok", "oom", "ok", "ok"])
    runs["settings"] = [None, {}, {"oversubscribed": True}, {"memory_regime": "process"}]
    assert usable(runs.assign(dataset_images=400))["memory_regime"].tolist() == [None, "process"]


def test_a_batch_of_a_training_is_no_task(grid_runs):
    runs = grid_runs.head(2).assign(status="ok", dataset_images=400)
    runs["settings"] = [{"memory_regime": "free"}, {"arm": "driver", "epochs": 2, "device": "cpu"}]
    inference, training = usable(runs)["split_images"]
    assert inference == 400
    assert np.isnan(training)


@pytest.mark.parametrize(("settings", "waves"), [({}, True), ({"arm": "driver", "epochs": 1, "device": "cpu"}, False)])
def test_a_registered_law_has_waves_where_partitions_are_tasks(tmp_path, grid_runs, settings, waves):
    """As long as models were fitted without the size of the data set, no registered one knew its tasks."""
    store = open_store(tmp_path)
    rows = grid_runs.assign(application="tiny", cluster="test", origin="measured", dataset_images=400)
    images = 4 * rows["sampling_rate_pct"]
    waves_of_50 = np.ceil(np.ceil(images / 50) / (rows["num_executors"] * rows["executor_cores"]))
    rows["completion_time_s"] = 8 + np.minimum(50 * waves_of_50, images)
    store.runs.add(rows.assign(images_per_partition=50, settings=[settings] * len(rows)))
    list(catalog.fit(store, "tiny", "test", ["5"]))
    [model] = [found.model for found in catalog.champions(store, "tiny", "test").values()]
    assert model.regressor_.form_["waves"] == waves
