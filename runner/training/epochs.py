"""Epoch after epoch, with a checkpoint after each, and again from the last one when a worker is lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from runner.inputs.cifar import Ids
from runner.networks.numpy_layers import Array
from runner.training import checkpoint
from runner.training.passes import Pass, PassResult

MOST_RESTARTS = 3  # of one epoch: what fails so often will fail again


@dataclass(frozen=True)
class Epoch:
    """One pass over all images, and the test after it.

    Parameters
    ----------
    number : int
        From 1.
    images, steps : int
        Images seen, each once, and steps made.
    loss : float
        Mean over the images, each at its step's weights.
    training_accuracy_pct, test_accuracy_pct : float
        Of the images at their steps, and of the test set afterwards.
    wall_s, compute_s, exchange_s, scheduling_s : float
        Of the pass; see `runner.training.passes.StepTimes`.
    test_s : float
        Of the test.
    work_wall_s, work_cpu_s : float
        Of all workers' computations together.
    restarts : int
        How often the pass was made again because a worker was lost.
    """

    number: int
    images: int
    steps: int
    loss: float
    training_accuracy_pct: float
    test_accuracy_pct: float
    wall_s: float
    compute_s: float
    exchange_s: float
    scheduling_s: float
    test_s: float
    work_wall_s: float
    work_cpu_s: float
    restarts: int


@dataclass(frozen=True)
class Trainer:
    """Makes the passes of a training.

    Parameters
    ----------
    make_pass : Pass
    test : callable
        Returns the test accuracy (percent) of weights.
    recover : callable
        Returns when the cluster can work again, after a failure.
    lost_worker : callable
        Whether an exception is what a lost worker looks like; anything else ends the training.
    path : Path
        The checkpoint.
    """

    make_pass: Pass
    test: Callable[[Sequence[Array]], float]
    recover: Callable[[], None]
    lost_worker: Callable[[Exception], bool]
    path: Path

    def train(self, weights: Sequence[Array], epochs: Sequence[Sequence[Ids]]) -> list[dict[str, Any]]:
        """Train from these weights; return each `Epoch` as a dict. The checkpoint then holds the last weights."""
        checkpoint.save(self.path, weights, [])
        for number, batches in enumerate(epochs, start=1):
            self._make_epoch(number, batches)
        return checkpoint.load(self.path).history

    def _make_epoch(self, number: int, batches: Sequence[Ids]) -> None:
        for restarts in range(MOST_RESTARTS + 1):
            weights, history = checkpoint.load(self.path)
            try:
                started = time.perf_counter()
                result = self.make_pass(weights, batches)
                ended = time.perf_counter()
                accuracy = self.test(result.weights)
            except Exception as error:
                if restarts == MOST_RESTARTS or not self.lost_worker(error):
                    raise
                self.recover()
                continue
            test_s = time.perf_counter() - ended
            epoch = _describe(number, result, accuracy, ended - started, test_s, restarts)
            checkpoint.save(self.path, result.weights, [*history, asdict(epoch)])
            return


def _describe(
    number: int, result: PassResult, test_accuracy_pct: float, wall_s: float, test_s: float, restarts: int
) -> Epoch:
    compute_s, exchange_s, work_wall_s, work_cpu_s = (
        sum(getattr(step, name) for step in result.steps)
        for name in ("compute_s", "exchange_s", "work_wall_s", "work_cpu_s")
    )
    return Epoch(
        number=number,
        images=result.images,
        steps=len(result.steps),
        loss=result.loss,
        training_accuracy_pct=100 * result.correct / result.images,
        test_accuracy_pct=test_accuracy_pct,
        wall_s=wall_s,
        compute_s=compute_s,
        exchange_s=exchange_s,
        scheduling_s=max(0.0, wall_s - compute_s - exchange_s),  # the start of jobs and workers included
        test_s=test_s,
        work_wall_s=work_wall_s,
        work_cpu_s=work_cpu_s,
        restarts=restarts,
    )
