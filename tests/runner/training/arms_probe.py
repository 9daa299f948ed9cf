"""A Spark driver that trains in both ways on even and uneven shards, and says how far they are from one process."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np

from runner.inputs.cifar import make_cifar_like
from runner.jobs.driver import drive
from runner.networks.cifar_cnn import FILTERS, NumpyNetwork, initial_weights
from runner.networks.model_file import load_model
from runner.spec import RunSpec
from runner.training.averaging import DriverAveraging
from runner.training.barrier import BarrierExchange
from runner.training.batches import epoch_batches
from runner.training.evaluation import count_correct
from runner.training.kernels import make_kernel, network_file, scale
from runner.training.one_task import OneTask
from runner.training.passes import OneProcess, PassSpec

IMAGES, BATCH, EPOCHS = 205, 21, 2  # 20 steps; the last of an epoch is smaller
SHARES = {"even": (1, 1), "uneven": (3, 2)}
ARMS = {"driver": DriverAveraging, "barrier": BarrierExchange, "one-process": OneTask}


def probe(spark: Any, spec: RunSpec) -> dict[str, Any]:
    """Train in every way from the same weights over the same batches."""
    records = make_cifar_like(Path(spec.work_dir), IMAGES, 50, seed=1).training
    batches = [batch for epoch in range(EPOCHS) for batch in epoch_batches(IMAGES, BATCH, 1, epoch)]
    weights = initial_weights(1)
    alone = OneProcess(PassSpec(records, 0.05, "tensorflow", 1))(weights, batches)
    seen = {}
    for arm, make in ARMS.items():
        for kind, shares in SHARES.items():
            sharing = PassSpec(records, 0.05, "tensorflow", 1, shares if arm != "one-process" else (1,))
            result = make(spark.sparkContext, sharing)(weights, batches)
            seen[f"{arm}, {kind}"] = {
                "difference": _distance(result.weights, alone.weights),
                "images": result.images,
                "loss": abs(result.loss - alone.loss),
                "correct": result.correct - alone.correct,
                "steps": len(result.steps),
                "parts": [min(step.compute_s, step.wall_s - step.compute_s) for step in result.steps],
            }
    sharing = PassSpec(records, 0.05, "tensorflow", 1, SHARES["uneven"])
    return {
        "arms": seen,
        "moved": _distance(weights, alone.weights),
        "correct": count_correct(spark.sparkContext, sharing, alone.weights),
        "correct_alone": make_kernel("tensorflow", 1, FILTERS).count_correct(alone.weights, *records.read(_all())),
        "kernels": _compare_kernels(records),
        "file": _compare_file(records, spec.folder / "network.keras"),
    }


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
