"""A search's folder: what is in it is finished."""

from __future__ import annotations

import dataclasses
import json

import pytest

from runner.errors import RunnerError
from runner.inputs.cifar import Records
from runner.tuning.search import Search, Space
from runner.tuning.study import Order, Study
from runner.tuning.trial import Hyperparameters, TrialResult, TrialSpec

ORDER = Order(
    Search(Space((0.01, 0.1), (10,), (4, 8), ("sgd",)), "grid", 4, 0),
    TrialSpec(Records("some", ("/a", "/b")), Records("some-test", ("/t",)), epochs=2, seed=0),
)
CHOSEN = Hyperparameters(0.01, 10, 4, "sgd")


@pytest.fixture
def study(tmp_path) -> Study:
    study = Study(tmp_path / "a study")
    study.open(ORDER)
    return study


def test_what_is_searched_can_be_read_back(study: Study) -> None:
    assert study.order() == ORDER


def test_a_finished_trial_is_there(study: Study) -> None:
    study.keep(3, CHOSEN, TrialResult(61.5, 1.25, 2.0, b"a network"))
    expected = {"learning_rate": 0.01, "batch": 10, "filters": 4, "optimiser": "sgd"}
    assert study.finished() == {3: {"number": 3, **expected, "accuracy_pct": 61.5, "loss": 1.25, "seconds": 2.0}}


def test_the_network_of_the_most_accurate_is_the_best(study: Study) -> None:
    for number, accuracy in enumerate((40.0, 60.0, 50.0)):
        study.keep(number, CHOSEN, TrialResult(accuracy, 1.25, 2.0, f"network {number}".encode()))
    study.save_best()
    assert study.best_number == 1
    assert study.best_model.read_bytes() == b"network 1"


def test_a_network_without_a_result_are_no_finished_trial(study: Study) -> None:
    study.keep(0, CHOSEN, TrialResult(61.5, 1.25, 2.0, b"a network"))
    next(study.folder.glob("trial-*.json")).unlink()  # as if killed between the two
    assert study.finished() == {}


def test_a_training_that_diverged_has_no_loss(study: Study) -> None:
    study.keep(0, CHOSEN, TrialResult(10.0, float("nan"), 2.0, b"a network"))
    assert study.finished()[0]["loss"] is None
    json.dumps(study.finished(), allow_nan=False)


def test_a_search_may_be_given_more_trials_but_no_other_values(study: Study) -> None:
    more = ORDER._replace(search=dataclasses.replace(ORDER.search, trials=6))
    study.open(more)
    assert study.order() == more
    other = ORDER._replace(trials=dataclasses.replace(ORDER.trials, epochs=3))
    with pytest.raises(RunnerError, match="'a study' searched other values"):
        study.open(other)
