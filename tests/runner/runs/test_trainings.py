"""What the run log keeps of a training, and what makes it no measurement."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

from runner.commands.arguments import _RANGES
from runner.runs.trainings import completion_time_s, count_losses, epoch_faults, training_settings
from runner.training.epochs import Epoch
from store.checking.cells import JSON_LENGTH
from store.eventlogs.eventlog import EventLog, ExecutorEvents, JobEvents
from store.frames import to_json
from tests.runner.training.test_order import SPEC, TRAINING

SPEC_OF_TRAINING = TRAINING.complete(SPEC, batch=500)  # three epochs of 1,001 images, a core a task
EPOCH = Epoch(1, 1001, 3, 2.0, 40.0, 45.0, 5.0, 3.0, 0.5, 1.5, 0.25, 8.0, 7.8, 0)


def result(**changes: Any) -> dict[str, Any]:
    epochs = [replace(EPOCH, number=number, **changes) for number in (1, 2, 3)]
    return {"epochs": [asdict(epoch) for epoch in epochs]}


def log_of(*jobs: tuple[int, int, bool], gone_ms: int | None = None) -> EventLog:
    log = EventLog()
    log.jobs = {number: JobEvents(number, *job) for number, job in enumerate(jobs)}
    executor = ExecutorEvents("0", "here", 1, 0)
    executor.removed_ms = gone_ms
    log.executors = {"0": executor}
    return log


def test_settings_add_the_epochs_up() -> None:
    settings = training_settings(SPEC_OF_TRAINING, result(), log_of((0, 9, True)))
    assert settings["images_seen"] == 3003
    assert settings["steps"] == 9
    assert settings["test_accuracy_pct"] == [45.0] * 3
    assert settings["epoch_s"] == [5.25] * 3
    assert (settings["compute_s"], settings["exchange_s"], settings["scheduling_s"]) == (9.0, 1.5, 4.5)
    assert settings["cpu_per_task_core"] == 0.975
    assert (settings["arm"], settings["epochs"], settings["recoveries"]) == ("driver", 3, 0)


def test_a_training_that_diverged_has_no_loss() -> None:
    settings = training_settings(SPEC_OF_TRAINING, result(loss=float("nan")), None)
    assert settings["loss"] == [None] * 3
    json.loads(to_json(settings))  # so the store takes it


def test_the_most_epochs_fit_into_the_run_log() -> None:
    _, number = _RANGES["--epochs"]
    longest = replace(EPOCH, number=number, loss=-1234567.1234, wall_s=123_456.123, test_s=0.0)
    longest = replace(longest, training_accuracy_pct=12.3456, test_accuracy_pct=12.3456)
    settings = training_settings(SPEC_OF_TRAINING, {"epochs": [asdict(longest)] * number}, None)
    assert len(to_json(settings)) < JSON_LENGTH - 2_000  # the rest is for what every run has


def test_a_job_that_was_made_good_does_not_spoil_the_time_but_counts_as_a_loss() -> None:
    log = log_of((1000, 4000, True), (4000, 5000, False), (6000, 9000, True), gone_ms=4500)
    assert log.completion_time_s is None
    assert completion_time_s(SPEC_OF_TRAINING, log) == 8.0
    assert completion_time_s(SPEC, log) is None  # inference must not fail
    assert count_losses(log) == 1
    assert count_losses(log_of((0, 9, True), gone_ms=10)) == 0  # the application's end


def test_a_training_without_a_finished_job_has_no_time() -> None:
    assert completion_time_s(SPEC_OF_TRAINING, log_of((1000, 4000, False))) is None
    assert completion_time_s(SPEC_OF_TRAINING, log_of()) is None


def test_images_and_epochs_must_be_those_that_were_asked_for() -> None:
    assert list(epoch_faults(SPEC_OF_TRAINING, result())) == []
    assert next(epoch_faults(SPEC_OF_TRAINING, result(images=1000))) == ("epoch 1 saw 1000 images, 1001 were asked for")
    few = {"epochs": result()["epochs"][:2]}
    assert list(epoch_faults(SPEC_OF_TRAINING, few)) == ["2 epochs ended, 3 were asked for"]


def test_more_threads_than_cores_are_a_fault() -> None:
    (fault,) = epoch_faults(SPEC_OF_TRAINING, result(work_cpu_s=16.0))
    assert fault == "tasks used 48.0 CPU seconds in 24.0 s: more threads than 1 (spark.task.cpus)"
