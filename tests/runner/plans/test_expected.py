"""The expected time of a plan, by the models of the demo home."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from perfmodel import catalog, demo
from runner.__main__ import main
from runner.commands.training_options import APPLICATION
from runner.networks.applications import get_application
from runner.plans.expected import expect_runs
from runner.plans.plan import Configuration, Plan, PlannedRun
from runner.training.order import Training
from store import RunRecord, open_store
from store.frames import plain_records

TRAININGS = "local-2core-xeon"
CLUSTER = "local-2core-epyc"


def make_plan(images: int = 400, rates: tuple[float, ...] = (100.0,), cluster: str = CLUSTER) -> Plan:
    runs = tuple(PlannedRun(Configuration(1, 1, 1024, 50, rate), repeat=1) for rate in rates)
    return Plan(get_application("resnet50"), cluster, "photos", images, 0, runs)


def test_a_model_and_earlier_runs_tell_the_time(demo_home: Path) -> None:
    store, plan = open_store(demo_home), make_plan(rates=(1.0, 100.0))
    expected = expect_runs(store, plan, plan.runs)
    small, whole = (expected.seconds[run] for run in plan.runs)
    measured = catalog.usable_runs(store, "resnet50", CLUSTER)
    same = measured[(measured["total_cores"] == 1) & (measured["sampling_rate_pct"] == 100.0)]
    walls = same["settings"].map(lambda settings: settings["run_wall_s"])
    assert whole == pytest.approx(walls.mean(), rel=0.25)
    assert 0 < small < whole
    assert expected.source.startswith("scenario ")


def test_the_same_number_of_images_takes_the_same_time(demo_home: Path) -> None:
    store = open_store(demo_home)
    (half,) = expect_runs(store, make_plan(400, (50.0,)), make_plan(400, (50.0,)).runs).seconds.values()
    (other,) = expect_runs(store, make_plan(200), make_plan(200).runs).seconds.values()
    assert other == pytest.approx(half)


def test_without_a_model_it_says_so(demo_home: Path) -> None:
    plan = make_plan(cluster="elsewhere")
    expected = expect_runs(open_store(demo_home), plan, plan.runs)
    assert expected.seconds == {}
    assert expected.source.startswith("there is no model of resnet50 on elsewhere; ")


@pytest.fixture(scope="module")
def trainings_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with measured trainings (arm driver, 5 epochs) and a model of them."""
    home = tmp_path_factory.mktemp("trainings")
    runs = demo.measured_runs()
    runs = runs[(runs["application"] == "cifar_cnn") & (runs["settings"].map(lambda one: one.get("arm")) == "driver")]
    store = open_store(home)
    store.runs.add_records([RunRecord(row) for row in plain_records(runs)])
    assert not any(one.refused for one in catalog.fit(store, "cifar_cnn", TRAININGS, ["5"], ["ridge"]))
    return home


@pytest.mark.parametrize(
    ("other", "answers"),
    [({}, True), ({"arm": "numpy"}, False), ({"epochs": 400}, False), ({"device": "gpu"}, False)],
)
def test_models_of_other_trainings_say_nothing(trainings_home: Path, other: dict[str, Any], answers: bool) -> None:
    training = replace(Training("driver", 5, 0.05, (), (), ""), **other)
    runs = (PlannedRun(Configuration(1, 2, 1024, 500, 100.0), repeat=1),)
    plan = Plan(APPLICATION, TRAININGS, "cifar", 10_000, 0, runs, training=training)
    expected = expect_runs(open_store(trainings_home), plan, runs)
    assert bool(expected.seconds) == answers
    if not answers:
        assert expected.source.startswith(
            "the models learned from other trainings (arm driver, epochs 5, device cpu) than these (arm "
        )


def test_the_runs_of_a_pair_are_loaded_once(demo_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, loads = open_store(demo_home), []
    load = store.runs.load
    monkeypatch.setattr(store.runs, "load", lambda **asked: loads.append(asked) or load(**asked))
    plan = make_plan()
    assert expect_runs(store, plan, plan.runs).seconds
    assert len(loads) == 1


ARGUMENTS = ["--application", "resnet50", "--executors", "1", "--images-per-partition", "50", "--synthetic", "2000"]


def test_a_dry_run_says_the_time_of_each_run_and_in_all(demo_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["profile", *ARGUMENTS, "--repeats", "3", "--cluster", CLUSTER, "--home", str(demo_home), "--dry-run"]
    assert main([*command, "--json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert plan["expected_s"] == pytest.approx(3 * plan["runs"][0]["expected_s"])
    assert plan["expected_by"].startswith("scenario ")
    assert main(command) == 0
    assert "expected time of the 3 runs that are left: " in capsys.readouterr().out


def test_a_dry_run_without_a_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["profile", *ARGUMENTS, "--home", str(tmp_path), "--cluster", "here", "--dry-run"]
    assert main(command) == 0
    assert "no expected time: there is no model of resnet50 on here; the store is empty" in capsys.readouterr().out
    assert main([*command, "--json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert (plan["expected_s"], plan["runs"][0]["expected_s"]) == (None, None)
