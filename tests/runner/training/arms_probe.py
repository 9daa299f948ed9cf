"""A Spark driver that trains in both ways on even and uneven shards, and says how far they are from one process."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import numpy as np

from runner.inputs.cifar import make_cifar_like
from runner.jobs.driver import drive
from runner.networks.cifar_cnn import FILTERS, NumpyNetwork, initial_weights
from runner.networks.model_file import load_model
from runner.networks.numpy_layers import Array
from runner.spec import RunSpec
from runner.training.averaging import DriverAveraging
from runner.training.barrier import BarrierExchange
from runner.training.batches import epoch_batches
from runner.training.evaluation import count_correct
from runner.training.kernels import make_kernel, network_file, scale
from runner.training.one_task import OneTask
from runner.training.passes import OneProcess, Pass, PassResult, PassSpec, SamplesError

IMAGES, BATCH, EPOCHS = 205, 21, 2  # 20 steps; the last of an epoch is smaller
TEST_IMAGES = 400
SHARES = {"even": (1, 1), "uneven": (3, 2)}
ARMS = {"driver": DriverAveraging, "barrier": BarrierExchange, "one-process": OneTask}


def probe(spark: Any, spec: RunSpec) -> dict[str, Any]:
    """Train in every way from the same weights over the same batches."""
    photos, context = make_cifar_like(Path(spec.work_dir), IMAGES, TEST_IMAGES, seed=1), spark.sparkContext
    records, kernel = photos.training, make_kernel("tensorflow", 1, FILTERS)

    def test(weights: Sequence[Array]) -> int:
        return kernel.count_correct(weights, *photos.test.read(np.arange(TEST_IMAGES)))

    weights = initial_weights(1)
    alone = _train(OneProcess(PassSpec(records, 0.05, "tensorflow", 1)), weights, test)
    broadcasts = _broadcast_files(context)
    seen, workers = {}, _workers(context)
    for arm, make in ARMS.items():
        for kind, shares in SHARES.items():
            sharing = PassSpec(records, 0.05, "tensorflow", 1, shares if arm != "one-process" else (1,))
            trained = _train(make(context, sharing), weights, test)
            steps = [step for epoch in trained.epochs for step in epoch.steps]
            seen[f"{arm}, {kind}"] = {
                "difference": _distance(trained.weights, alone.weights),
                "images": sum(epoch.images for epoch in trained.epochs),
                "loss": max(abs(one.loss - other.loss) for one, other in trained.pairs(alone)),
                "correct": max(abs(one.correct - other.correct) for one, other in trained.pairs(alone)),
                "test_correct": trained.test_correct,
                "same_workers": _workers(context) == workers,
                "steps": len(steps),
                "parts": [min(step.compute_s, step.wall_s - step.compute_s) for step in steps],
            }
    sharing = PassSpec(records, 0.05, "tensorflow", 1, SHARES["uneven"])
    failures = {arm: _fail(context, ARMS[arm](context, sharing), weights) for arm in ("driver", "barrier")}
    return {
        "arms": seen,
        "failures": failures | {"samples": _doubt(context, DriverAveraging(context, sharing), weights)},
        "broadcasts": len(_broadcast_files(context) - broadcasts),
        "moved": _distance(weights, alone.weights),
        "test_correct_alone": [test(weights), *alone.test_correct],
        "correct": count_correct(context, sharing, alone.weights),
        "correct_alone": kernel.count_correct(alone.weights, *records.read(_all())),
        "kernels": _compare_kernels(records),
        "file": _compare_file(records, spec.folder / "network.keras"),
    }


class _Trained(NamedTuple):
    """Passes one after the other, and how many test images are right after each."""

    epochs: list[PassResult]
    test_correct: list[int]

    @property
    def weights(self) -> Sequence[Array]:
        return self.epochs[-1].weights

    def pairs(self, other: _Trained) -> Iterable[tuple[PassResult, PassResult]]:
        return zip(self.epochs, other.epochs, strict=True)


def _train(make_pass: Pass, weights: Sequence[Array], test: Callable[[Sequence[Array]], int]) -> _Trained:
    trained = _Trained([], [])
    for number in range(EPOCHS):
        result = make_pass(weights, epoch_batches(IMAGES, BATCH, 1, number))
        weights = result.weights
        trained.epochs.append(result)
        trained.test_correct.append(test(weights))
    return trained


class _Failure(NamedTuple):
    """What a pass ended with, and how many jobs it left."""

    error: str
    jobs: int


def _fail(context: Any, make_pass: Pass, weights: Sequence[Array], batch: Any = (IMAGES,)) -> _Failure:
    """Make a pass over an image that is not there."""
    try:
        make_pass(weights, [np.array(batch)])
    except Exception as error:
        return _Failure(f"{type(error).__name__}: {error}", len(context.statusTracker().getActiveJobsIds()))
    return _Failure("", 0)


def _doubt(context: Any, make_pass: Pass, weights: Sequence[Array]) -> _Failure:
    """Make a pass whose driver finds, while the tasks wait for more, that images are wrong."""

    def check(batch: Any, seen: Any) -> None:
        raise SamplesError("others than its own")

    with mock.patch("runner.training.averaging.check_samples", check):
        return _fail(context, make_pass, weights, range(5))


def _workers(context: Any) -> list[int]:
    """The process of each executor's Python worker."""
    return sorted(context.parallelize(range(2), 2).barrier().mapPartitions(lambda _: [os.getpid()]).collect())


def _broadcast_files(context: Any) -> set[str]:
    """A broadcast is a file of the driver's until it is destroyed."""
    return {path.name for path in Path(context._temp_dir).iterdir()}


def _all() -> Any:
    return np.arange(IMAGES)


def _compare_kernels(records: Any) -> dict[str, float]:
    """Relative differences of loss and gradients between Keras and NumPy, from the same weights."""
    shard, weights = records.read(_all()), initial_weights(2)
    numpy, keras = (make_kernel(name, 1, FILTERS).gradients(weights, *shard) for name in ("numpy", "tensorflow"))
    gradients = [
        float(np.abs(one - other).max() / np.abs(one).max())
        for one, other in zip(numpy.arrays, keras.arrays, strict=True)
    ]
    return {
        "loss": abs(numpy.loss - keras.loss) / numpy.loss,
        "gradients": max(gradients),
        "correct": numpy.correct - keras.correct,
    }


def _compare_file(records: Any, path: Path) -> float:
    """How far what a network's file says of pixels from 0 to 255 is from what the network says."""
    weights, (images, _) = initial_weights(2), records.read(_all())
    path.write_bytes(network_file(weights))
    scores = NumpyNetwork(weights).forward(scale(images))
    likely = np.exp(scores - scores.max(axis=1, keepdims=True))
    said = load_model(path).predict(images, verbose=0)
    return float(np.abs(said - likely / likely.sum(axis=1, keepdims=True)).max())


def _distance(one: Any, other: Any) -> float:
    return max(float(np.abs(first - second).max()) for first, second in zip(one, other, strict=True))


if __name__ == "__main__":
    sys.exit(drive(sys.argv[1], sys.argv[2], probe))
