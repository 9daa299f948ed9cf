from __future__ import annotations

from itertools import product

import pandas as pd
import pytest

from perfmodel import artifacts, catalog, demo
from perfmodel.answers.prediction import question
from perfmodel.errors import CannotPredictError, NotEnoughRunsError, UnknownNameError
from perfmodel.evidence.causes import usable
from perfmodel.evidence.jobs import comparable, job_of
from perfmodel.scores.accuracy import HELD_OUT, PAPER
from store import ArtefactError, open_store

PAIR = ("tiny", "test")


@pytest.fixture
def store(tmp_path, grid_runs):
    store = open_store(tmp_path)
    store.runs.add(grid_runs.assign(application="tiny", cluster="test", origin="measured"))
    return store


def fit(store, scenarios=("baseline", "4-2")):
    return list(catalog.fit(store, *PAIR, scenarios, techniques=("lasso", "ridge")))


def test_fitting_registers_a_version_with_lineage_and_metrics(store):
    outcomes = fit(store)
    assert [(o.scenario, o.version, o.created) for o in outcomes] == [("baseline", 1, True), ("4-2", 1, True)]
    version = store.registry.get("tiny@test/4-2", "champion")
    assert set(version.training_run_ids) == set(store.runs.load()["run_id"])
    assert version.environment == artifacts.environment()
    assert version.schema["ranges"]["num_executors"] == [1, 3]
    metrics = store.registry.metrics("tiny@test/4-2", 1).set_index(["metric", "protocol"])["value"]
    assert metrics["accuracy", PAPER] == pytest.approx(outcomes[1].accuracy[PAPER])
    assert metrics["accuracy", HELD_OUT] + metrics["mape", HELD_OUT] == pytest.approx(100)
    assert metrics["T", ""] == pytest.approx(metrics["t1", ""] + metrics["t2", ""])


def test_the_same_fit_again_adds_no_version_and_says_so(store):
    first, again = fit(store), fit(store)
    assert [(o.version, o.created) for o in again] == [(1, False), (1, False)]
    assert [o.accuracy for o in again] == [o.accuracy for o in first]


def test_new_runs_make_a_new_version_and_leave_the_champion(store, grid_runs):
    fit(store)
    more = grid_runs.assign(application="tiny", cluster="test", origin="measured", repeat=2)
    store.runs.add(more.assign(completion_time_s=more["completion_time_s"] * 1.1))
    assert [o.version for o in fit(store)] == [2, 2]
    assert catalog.champions(store, *PAIR)["4-2"].version == 1


def test_champions_answer_like_the_model_that_was_fitted(store):
    fit(store)
    predicted = catalog.champions(store, *PAIR)["4-2"].model.predict(question(2, 4, 2, 100))
    assert predicted[0] == pytest.approx(600 * 100 / 8, rel=1e-3)


def test_runs_that_failed_or_shared_cores_teach_nothing(store, grid_runs):
    bad = grid_runs.head(2).assign(application="tiny", cluster="test", origin="measured", repeat=9)
    bad["completion_time_s"] = [None, 1.0]
    bad["status"] = ["oom", "ok"]
    bad["settings"] = [None, {"oversubscribed": True}]
    store.runs.add(bad)
    assert len(store.runs.load()) == 29
    assert len(catalog.usable_runs(store, *PAIR)) == 27


def test_a_scenario_that_the_runs_cannot_support_is_refused_and_the_others_go_on(tmp_path, grid_runs):
    store = open_store(tmp_path / "full-only")
    full = grid_runs[grid_runs["sampling_rate_pct"] == 100]
    store.runs.add(full.assign(application="tiny", cluster="test", origin="measured"))
    baseline, product = fit(store)
    assert baseline.version == 1
    assert product.version is None
    assert "sampling rates" in product.refused


def test_a_pair_without_runs_is_refused_with_what_there_is(store):
    with pytest.raises(NotEnoughRunsError, match=r"resnet50 on test; the store has tiny on test"):
        list(catalog.fit(store, "resnet50", "test"))


def test_a_pair_without_models_says_how_to_fit_one(store):
    with pytest.raises(CannotPredictError, match="perfmodel fit --application tiny --cluster test"):
        catalog.champions(store, *PAIR)


def test_an_unknown_scenario_is_refused_before_anything_is_fitted(store):
    with pytest.raises(UnknownNameError):
        fit(store, scenarios=["baseline", "9"])
    assert store.registry.load().empty


def test_a_tampered_artefact_is_not_loaded(store):
    fit(store, scenarios=["4-2"])
    for path in store.home.artifacts.rglob("*"):
        if path.is_file():
            path.chmod(0o644)
            path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(ArtefactError):
        catalog.champions(store, *PAIR)


def test_demo_runs_are_added_once(tmp_path):
    store = open_store(tmp_path / "demo")
    pairs = catalog.add_demo_runs(store)
    count = len(store.runs.load())
    assert ("resnet50", "paper-2020") in pairs
    assert catalog.add_demo_runs(store) == pairs
    assert len(store.runs.load()) == count
    assert set(store.runs.load(cluster="paper-2020")["origin"]) == {"reconstructed"}


def test_measured_demo_runs_come_with_their_tasks(tmp_path):
    """As many as the runner counted: task records of another campaign than the runs would be missed."""
    store = open_store(tmp_path / "demo")
    catalog.add_demo_runs(store)
    measured = store.runs.load(origin="measured", status="ok").set_index("run_id")
    counted = measured["settings"].map(lambda settings: settings["tasks"])
    recorded = store.runs.all_tasks()["run_id"].value_counts()
    assert recorded.reindex(counted.index).to_dict() == counted.to_dict()
    timed = catalog.with_task_seconds(store, measured.reset_index())
    assert len(timed) == len(measured)
    assert (timed["task_s"] <= timed["completion_time_s"]).all()


def test_the_measured_campaign_is_whole():
    """Every CNN on every combination of its grid, each run valid, none of them another's repeat."""
    runs = demo.measured_runs(demo.INFERENCE)
    assert set(runs["status"]) == {"ok"}
    assert not runs["run_id"].duplicated().any()
    varied = ["num_executors", "executor_cores", "executor_memory_gb", "images_per_partition", "sampling_rate_pct"]
    assert not runs.duplicated(["application", *varied, "repeat"]).any()
    grids = {name: set(found[varied].itertuples(index=False, name=None)) for name, found in runs.groupby("application")}
    assert grids.keys() == {"inception_v4", "resnet50", "xception"}
    layouts = [(1, 1), (1, 2), (2, 1)]
    wanted = {(*layout, *rest) for layout in layouts for rest in product((1.0, 2.0), (25, 50, 100), (1.0, 10.0, 100.0))}
    assert all(grid == wanted for grid in grids.values())


def test_measured_trainings_are_enough_of_one_kind():
    """Every combination of the driver's arm, the other arms beside it, nothing lost, images called generated."""
    runs = demo.measured_runs(demo.TRAININGS)
    settings = pd.DataFrame(runs["settings"].tolist())
    assert len(runs) >= 40
    assert set(runs["application"]) == {"cifar_cnn"}
    assert set(runs["status"]) == {"ok"}
    assert not runs["run_id"].duplicated().any()
    assert settings["dataset"].str.startswith("cifar-like").all()
    assert (settings["recoveries"] == 0).all()
    assert set(settings["arm"]) == {"driver", "barrier", "one-process", "numpy"}
    learned = comparable(usable(runs))
    assert set(learned["settings"].map(job_of)) == {"arm driver, epochs 2, device cpu"}
    varied = ["num_executors", "executor_cores", "images_per_partition", "sampling_rate_pct"]
    layouts = [(1, 1), (1, 2), (2, 1)]
    wanted = {(*layout, *rest) for layout in layouts for rest in product((250, 500, 1000), (10.0, 30.0, 100.0))}
    assert set(learned[varied].itertuples(index=False, name=None)) == wanted


def test_the_demo_has_layers_and_trials(tmp_path):
    store = open_store(tmp_path / "demo")
    catalog.add_demo_runs(store)
    layers, trials = (store.measurements.load(kind) for kind in ("layers", "trial"))
    assert set(layers["name"]) <= {cluster["name"] for cluster in demo.clusters()}
    assert {row["layer"] for row in layers["content"][0]["rows"]} >= {"convolution", "pooling"}
    assert trials["number"].tolist() == list(range(12))


def test_runs_without_task_records_have_no_task_times(store):
    assert catalog.with_task_seconds(store, catalog.usable_runs(store, *PAIR)).empty
