"""Epochs, checkpoints, and what happens when a pass is lost: here with passes that fail on purpose."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from runner.training import checkpoint
from runner.training.epochs import MOST_RESTARTS, Trainer
from runner.training.passes import PassResult, StepTimes

STEP = StepTimes(1.0, 0.5, 0.25, 0.9, 0.8)
BATCHES = [np.arange(3), np.arange(3, 5)]


class WorkerLostError(Exception):
    """What a lost worker looks like here."""


class Adding:
    """A pass that adds one to the weights for each image, and fails when it is told to."""

    def __init__(self, failures: list[int]) -> None:
        self.failures, self.calls = failures, 0

    def __call__(self, weights, batches):
        self.calls += 1
        if self.calls in self.failures:
            raise WorkerLostError
        images = sum(map(len, batches))
        return PassResult([weights[0] + images], 2.0, 4, images, [STEP] * len(batches))


def make(path: Path, failures: list[int]) -> tuple[Trainer, list[str]]:
    recovered: list[str] = []
    trainer = Trainer(
        make_pass=Adding(failures),
        test=lambda weights: float(weights[0][0]),
        recover=lambda: recovered.append("again"),
        lost_worker=lambda error: isinstance(error, WorkerLostError),
        path=path,
    )
    return trainer, recovered


def test_each_epoch_starts_from_the_one_before(tmp_path: Path) -> None:
    trainer, recovered = make(tmp_path / "of" / "run.npz", [])
    epochs = trainer.train([np.zeros(2)], [BATCHES, BATCHES])
    assert [epoch["test_accuracy_pct"] for epoch in epochs] == [5.0, 10.0]
    assert [(epoch["number"], epoch["images"], epoch["steps"]) for epoch in epochs] == [(1, 5, 2), (2, 5, 2)]
    assert epochs[0]["training_accuracy_pct"] == 80.0
    assert (epochs[0]["compute_s"], epochs[0]["exchange_s"], epochs[0]["work_cpu_s"]) == (1.0, 0.5, 1.6)
    assert recovered == []


def test_a_lost_epoch_starts_again_from_its_checkpoint(tmp_path: Path) -> None:
    trainer, recovered = make(tmp_path / "run.npz", [2, 3])
    epochs = trainer.train([np.zeros(2)], [BATCHES, BATCHES])
    assert [epoch["test_accuracy_pct"] for epoch in epochs] == [5.0, 10.0]
    assert [epoch["restarts"] for epoch in epochs] == [0, 2]
    assert recovered == ["again", "again"]
    np.testing.assert_array_equal(checkpoint.load(tmp_path / "run.npz").weights[0], [10.0, 10.0])


def test_an_epoch_that_always_fails_ends_the_training_and_keeps_what_was_reached(tmp_path: Path) -> None:
    trainer, recovered = make(tmp_path / "run.npz", list(range(2, 10)))
    with pytest.raises(WorkerLostError):
        trainer.train([np.zeros(2)], [BATCHES, BATCHES])
    assert len(recovered) == MOST_RESTARTS
    kept = checkpoint.load(tmp_path / "run.npz")
    assert kept.weights[0].tolist() == [5.0, 5.0]
    assert [epoch["number"] for epoch in kept.history] == [1]


def test_an_error_of_another_kind_is_not_tried_again(tmp_path: Path) -> None:
    trainer, recovered = make(tmp_path / "run.npz", [])
    with pytest.raises(ZeroDivisionError):
        trainer.train([np.zeros(2)], [[]])  # an epoch without images has no accuracy
    assert recovered == []


def test_a_checkpoint_is_all_arrays_and_what_was_said(tmp_path: Path) -> None:
    arrays = [np.arange(6, dtype=np.float32).reshape(2, 3), np.zeros(0, dtype=np.float32), np.ones(1)]
    (tmp_path / "one.partial").mkdir()  # somebody else's
    checkpoint.save(tmp_path / "one.npz", arrays, [{"number": 1, "loss": 0.5}])
    kept = checkpoint.load(tmp_path / "one.npz")
    assert kept.history == [{"number": 1, "loss": 0.5}]
    for one, other in zip(kept.weights, arrays, strict=True):
        np.testing.assert_array_equal(one, other)
        assert one.dtype == other.dtype
    assert {path.name for path in tmp_path.iterdir()} == {"one.npz", "one.partial"}
