"""Both ways to share a step on real Spark executors do what one process does; one Spark application for all of it."""

from __future__ import annotations

from typing import Any

import pytest

from runner.runs.execution import execute_run
from runner.spec import RunSpec
from tests.runner.helpers import PATIENCE_S
from tests.runner.training.arms_probe import EPOCHS, IMAGES

LIMIT = 1e-4  # on weights, after 20 steps
KERNEL_LIMIT = 1e-5  # on loss and gradients, relative


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What arms_probe.py saw on two executors."""
    home = tmp_path_factory.mktemp("home")
    spec = RunSpec(
        run_id="arms",
        work_dir=str(home / "work" / "arms"),
        application="arms",
        executor_cores=[1, 1],
        executor_memory_mib=512,
        images=IMAGES,
        tasks=1,
        batch_size=1,
        seed=0,
        task_cpus=1,
        launch_timeout_s=120,
        timeout_s=PATIENCE_S,
        program="tests.runner.training.arms_probe",
    )
    result = execute_run(spec, [], home).result
    assert result["ok"], result["error"]
    return result


WAYS = [f"{arm}, {kind}" for arm in ("driver", "barrier", "one-process") for kind in ("even", "uneven")]


@pytest.mark.parametrize("way", WAYS)
def test_weights_after_twenty_steps_are_those_of_one_process(seen: dict[str, Any], way: str) -> None:
    found = seen["arms"][way]
    assert found["steps"] == 20
    assert found["difference"] < LIMIT
    assert seen["moved"] > 100 * LIMIT  # they did learn something


@pytest.mark.parametrize("way", WAYS)
def test_every_image_counts_once(seen: dict[str, Any], way: str) -> None:
    found = seen["arms"][way]
    assert found["images"] == EPOCHS * IMAGES
    assert found["loss"] < LIMIT
    assert found["correct"] <= 1  # rounding may turn one


@pytest.mark.parametrize("way", WAYS)
def test_workers_stay_from_pass_to_pass(seen: dict[str, Any], way: str) -> None:
    assert seen["arms"][way]["same_workers"]  # a new one would load and trace the network again


@pytest.mark.parametrize("way", WAYS)
def test_accuracy_is_that_of_one_process_epoch_by_epoch(seen: dict[str, Any], way: str) -> None:
    untrained, *alone = seen["test_correct_alone"]
    assert alone[-1] > untrained  # they did learn something
    assert seen["arms"][way]["test_correct"] == pytest.approx(alone, abs=1)


@pytest.mark.parametrize(
    ("what", "error"), [("driver", "IndexError"), ("barrier", "IndexError"), ("samples", "SamplesError: others than")]
)
def test_a_pass_that_fails_says_why_and_leaves_no_job(seen: dict[str, Any], what: str, error: str) -> None:
    said, jobs = seen["failures"][what]
    assert error in said
    assert jobs == 0


def test_old_broadcasts_are_released(seen: dict[str, Any]) -> None:
    assert seen["broadcasts"] == 0


@pytest.mark.parametrize("way", WAYS)
def test_a_step_takes_at_least_what_its_computation_takes(seen: dict[str, Any], way: str) -> None:
    assert min(seen["arms"][way]["parts"]) >= 0


def test_keras_and_numpy_give_the_same_loss_and_gradients(seen: dict[str, Any]) -> None:
    assert seen["kernels"]["loss"] < KERNEL_LIMIT
    assert seen["kernels"]["gradients"] < KERNEL_LIMIT
    assert seen["kernels"]["correct"] == 0


def test_a_saved_network_gives_probabilities_for_pixels_as_they_are(seen: dict[str, Any]) -> None:
    assert seen["file"] < KERNEL_LIMIT


def test_workers_count_what_one_process_counts(seen: dict[str, Any]) -> None:
    assert seen["correct"] == seen["correct_alone"]
