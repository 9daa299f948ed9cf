from __future__ import annotations

from perfmodel import catalog
from perfmodel.model import ScenarioModel
from perfmodel.report.explanations import origins_text
from store import open_store
from tests.perfmodel.catalog.small import PAIR


def test_runs_that_failed_or_shared_cores_teach_nothing(store, grid_runs):
    bad = grid_runs.head(2).assign(application="tiny", cluster="test", origin="measured", repeat=9)
    bad["completion_time_s"] = [None, 1.0]
    bad["status"] = ["oom", "ok"]
    bad["settings"] = [None, {"oversubscribed": True}]
    store.runs.add(bad)
    assert len(store.runs.load()) == 29
    assert len(catalog.usable_runs(store, *PAIR)) == 27


def test_runs_without_task_records_have_no_task_times(store):
    assert catalog.with_task_seconds(store, catalog.usable_runs(store, *PAIR)).empty


def over(grid_runs, images: int, **more):
    """The grid over a data set of so many images."""
    rates = grid_runs["sampling_rate_pct"]
    rows = grid_runs.assign(application=PAIR[0], cluster=PAIR[1], origin="measured", dataset_images=images, **more)
    return rows.assign(input_images=(images * rates / 100).round().astype(int))


def test_rates_are_shares_of_the_data_set_that_most_runs_are_over(tmp_path, grid_runs):
    store = open_store(tmp_path)
    store.runs.add(over(grid_runs, 1_000))
    other = grid_runs.head(1).assign(sampling_rate_pct=100.0)
    store.runs.add(over(other, 50, repeat=2))
    runs = catalog.usable_runs(store, *PAIR)
    assert set(runs["dataset_images"]) == {1_000}
    assert runs.loc[runs["repeat"].eq(2), "sampling_rate_pct"].tolist() == [5.0]


def test_many_runs_over_another_data_set_do_not_change_what_rates_mean_to_models_that_are_there(tmp_path, grid_runs):
    store = open_store(tmp_path)
    store.runs.add(over(grid_runs, 1_000))
    list(catalog.fit(store, *PAIR, ["5"]))
    larger = [
        over(grid_runs.assign(completion_time_s=2 * grid_runs["completion_time_s"]), 2_000, repeat=n) for n in (2, 3)
    ]
    for rows in larger:
        store.runs.add(rows)
    runs = catalog.usable_runs(store, *PAIR)
    assert set(runs["dataset_images"]) == {1_000}
    assert set(runs.loc[runs["repeat"].gt(1), "sampling_rate_pct"]) == {2.0, 10.0, 200.0}
    [again] = catalog.fit(store, *PAIR, ["5"])
    assert again.version == 2
    store.registry.promote("tiny@test/5", 2)
    assert set(catalog.usable_runs(store, *PAIR)["dataset_images"]) == {1_000}


def test_many_trainings_of_another_kind_do_not_change_what_a_question_is_about(tmp_path, grid_runs):
    store = open_store(tmp_path)
    driver, barrier = ({"arm": arm, "epochs": 2, "device": "cpu"} for arm in ("driver", "barrier"))
    rows = over(grid_runs, 1_000, settings=[driver] * len(grid_runs))
    store.runs.add(rows)
    list(catalog.fit(store, *PAIR, ["5"]))
    for repeat in (2, 3):
        store.runs.add(over(grid_runs, 1_000, repeat=repeat, settings=[barrier] * len(grid_runs)))
    learned = catalog.usable_runs(store, *PAIR)
    assert learned["repeat"].eq(1).all()
    assert origins_text(learned) == "27 measured runs; trainings with arm driver, epochs 2, device cpu"


def test_accuracy_is_that_on_the_whole_data_set_also_after_a_single_larger_run(tmp_path, grid_runs):
    store = open_store(tmp_path)
    store.runs.add(over(grid_runs, 1_000))
    larger = grid_runs.tail(1).assign(completion_time_s=20 * grid_runs["completion_time_s"].iloc[-1])
    store.runs.add(over(larger, 20_000, repeat=2))
    runs = catalog.usable_runs(store, *PAIR)
    assert runs["sampling_rate_pct"].max() == 2_000.0
    assert ScenarioModel("5").fit(runs, runs["completion_time_s"]).test_rate_ == 100.0
