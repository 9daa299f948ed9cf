"""One trial of a search: a training with some hyper-parameters, in one process, the same wherever it runs."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from runner.inputs.cifar import Records
from runner.networks.cifar_cnn import initial_weights
from runner.networks.numpy_layers import Array
from runner.training.batches import epoch_batches
from runner.training.evaluation import CHUNK
from runner.training.kernels import Kernel, network_file
from runner.training.optimisers import make_optimiser
from runner.training.passes import worker_kernel


@dataclass(frozen=True)
class TrialSpec:
    """What all trials of a search share.

    Parameters
    ----------
    training, validation : Records
        To learn from; to compare trials on.
    epochs, seed : int
        Of each trial.
    """

    training: Records
    validation: Records
    epochs: int
    seed: int


class Hyperparameters(NamedTuple):
    """What a search varies."""

    learning_rate: float
    batch: int
    filters: int
    optimiser: str


class TrialResult(NamedTuple):
    """What came of a trial.

    Parameters
    ----------
    accuracy_pct : float
        On the validation images, after the last epoch.
    loss : float
        Mean over the last epoch's images.
    seconds : float
    network : bytes
        A Keras file.
    """

    accuracy_pct: float
    loss: float
    seconds: float
    network: bytes


def run_trial(spec: TrialSpec, chosen: Hyperparameters) -> TrialResult:
    """Train and validate, with one thread: so the result does not depend on where it runs."""
    started = time.perf_counter()
    kernel = worker_kernel("tensorflow", 1, chosen.filters)
    weights, loss = initial_weights(spec.seed, chosen.filters), 0.0
    optimiser = make_optimiser(chosen.optimiser, chosen.learning_rate)
    for epoch in range(spec.epochs):
        loss = 0.0
        for batch in epoch_batches(len(spec.training), chosen.batch, spec.seed, epoch):
            summed = kernel.gradients(weights, *spec.training.read(batch))
            size = np.float32(len(batch))
            weights = optimiser.step(weights, [array / size for array in summed.arrays])
            loss += summed.loss
    accuracy_pct = _validate(kernel, weights, spec.validation)
    seconds = time.perf_counter() - started
    return TrialResult(accuracy_pct, loss / len(spec.training), seconds, network_file(weights))


def _validate(kernel: Kernel, weights: list[Array], images: Records) -> float:
    ids = np.arange(len(images))
    parts = (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))
    return 100 * sum(kernel.count_correct(weights, *images.read(part)) for part in parts) / len(images)
