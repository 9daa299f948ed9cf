"""What all arms of the benchmark do: warm up, then steps over the same images; then some epochs from the beginning."""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from runner.inputs.cifar import LabelledPhotos, make_cifar_like
from runner.networks.cifar_cnn import initial_weights
from runner.training.batches import epoch_batches
from runner.training.kernels import NumpyKernel
from runner.training.passes import Pass

LEARNING_RATE = 0.05
TEST_IMAGES = 1000
EPOCHS, STEPS_AN_EPOCH = 3, 8  # of the training whose accuracy is compared


def make_photos(folder: Path, batch: int) -> LabelledPhotos:
    """Return the images: those of one step, and others to test on."""
    return make_cifar_like(folder, batch, TEST_IMAGES, seed=0)


def measure(make_pass: Pass, photos: LabelledPhotos, steps: int, warm_up: int) -> dict[str, Any]:
    """Return the seconds of a step of all images after those to warm up, its parts, and `accuracies`."""
    ids = np.arange(len(photos.training))
    weights = make_pass(initial_weights(0), [ids] * warm_up).weights
    started = time.perf_counter()
    result = make_pass(weights, [ids] * steps)
    wall_s = time.perf_counter() - started
    parts = {name: median(getattr(step, name) for step in result.steps) for name in ("compute_s", "exchange_s")}
    return {"step_s": wall_s / steps, **parts, "accuracies_pct": accuracies(make_pass, photos)}


def accuracies(make_pass: Pass, photos: LabelledPhotos) -> list[float]:
    """Return the test accuracy after each epoch of a short training with smaller steps."""
    weights, reached, size = initial_weights(0), [], len(photos.training)
    images, labels = photos.test.read(np.arange(len(photos.test)))
    for epoch in range(EPOCHS):
        weights = make_pass(weights, epoch_batches(size, size // STEPS_AN_EPOCH, 0, epoch)).weights
        reached.append(100 * NumpyKernel().count_correct(weights, images, labels) / len(labels))
    return reached
