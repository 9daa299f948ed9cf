from __future__ import annotations

from perfmodel import catalog, demo
from store import open_store


def test_demo_runs_are_added_once(tmp_path):
    store = open_store(tmp_path / "demo")
    pairs = catalog.add_demo_runs(store)
    count = len(store.runs.load())
    assert ("resnet50", "paper-2020") in pairs
    assert catalog.add_demo_runs(store) == pairs
    assert len(store.runs.load()) == count
    assert set(store.runs.load(cluster="paper-2020")["origin"]) == {"reconstructed"}


def test_the_demo_has_layers_and_trials(tmp_path):
    store = open_store(tmp_path / "demo")
    catalog.add_demo_runs(store)
    layers, trials = (store.measurements.load(kind) for kind in ("layers", "trial"))
    assert set(layers["name"]) <= {cluster["name"] for cluster in demo.clusters()}
    assert {row["layer"] for row in layers["content"][0]["rows"]} >= {"convolution", "pooling"}
    assert trials["number"].tolist() == list(range(12))
    assert {trial["dataset"] for trial in trials["content"]} == {"cifar-like-10000-2000-seed0"}


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
