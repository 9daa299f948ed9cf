"""What every way of training takes and gives: a list of batches in, new weights and what it cost out."""

from __future__ import annotations

import functools
import gc
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from runner.inputs.cifar import Ids, Records
from runner.networks.cifar_cnn import FILTERS, Gradients
from runner.networks.numpy_layers import Array
from runner.training.descent import descend
from runner.training.gpu import claim_gpu
from runner.training.kernels import Kernel, make_kernel


class SamplesError(Exception):
    """The images that were computed are not those of the batches."""


@dataclass(frozen=True)
class PassSpec:
    """What workers must know beside weights and batches.

    Parameters
    ----------
    records : Records
        Readable under the same paths by every worker.
    learning_rate : float
    kernel : str
        One of `runner.training.kernels.KERNELS`.
    threads : int
        Of each worker.
    shares : tuple of int
        One entry a worker: how large its shard of a batch is beside the others'.
    device : str
        ``cpu`` or ``gpu``.
    """

    records: Records
    learning_rate: float
    kernel: str
    threads: int
    shares: tuple[int, ...] = (1,)
    device: str = "cpu"

    def open_kernel(self) -> Kernel:
        """Return, in a worker, what computes."""
        return worker_kernel(self.kernel, self.threads, device=self.device)


class StepTimes(NamedTuple):
    """Seconds of one step.

    Parameters
    ----------
    wall_s, compute_s, exchange_s : float
        Elapsed; of the slowest worker's computation, the reading of its images included; of moving weights and
        gradients and adding these up. What is left of `wall_s` is scheduling, waiting, and the descent.
    work_wall_s, work_cpu_s : float
        Of all workers' computations together: elapsed, and of the processors.
    """

    wall_s: float
    compute_s: float
    exchange_s: float
    work_wall_s: float
    work_cpu_s: float


class PassResult(NamedTuple):
    """One pass over batches.

    Parameters
    ----------
    weights : list of ndarray
        After the last step.
    loss : float
        Mean over all images, each at its step's weights.
    correct : int
        Images that were right at their step.
    images : int
        Images seen; each of the batches' exactly once.
    steps : list of StepTimes
    """

    weights: list[Array]
    loss: float
    correct: int
    images: int
    steps: list[StepTimes]


class Pass(Protocol):
    """A way of training."""

    def __call__(self, weights: Sequence[Array], batches: Sequence[Ids]) -> PassResult:
        """Make one step for each batch."""


class Shard(NamedTuple):
    """One worker's part of a step."""

    gradients: Gradients
    compute_s: float
    cpu_s: float


@functools.lru_cache(maxsize=1)
def worker_kernel(name: str, threads: int, filters: int = FILTERS, device: str = "cpu") -> Kernel:
    """Return this process's kernel; TensorFlow is loaded and traced once.

    Raises
    ------
    NoGpuError
        When the device is a GPU and there is none.
    """
    if device == "gpu":
        claim_gpu()
    kernel = make_kernel(name, threads, filters)
    gc.freeze()  # PySpark collects garbage after every task: not over all of TensorFlow
    return kernel


def compute_shard(spec: PassSpec, weights: Sequence[Array], ids: Ids) -> Shard:
    """Read a shard and pass forward and backward over it; an empty one adds nothing."""
    if not len(ids):
        return Shard(Gradients(0.0, 0, [np.zeros_like(array) for array in weights]), 0.0, 0.0)
    kernel = spec.open_kernel()
    started, cpu = time.perf_counter(), time.process_time()
    gradients = kernel.gradients(weights, *spec.records.read(ids))
    return Shard(gradients, time.perf_counter() - started, time.process_time() - cpu)


def check_samples(batch: Ids, seen: Ids) -> None:
    """Raise when the images that were computed are not the batch's, each once and in order."""
    if not np.array_equal(batch, seen):
        raise SamplesError(f"a step of {len(batch)} images computed {len(seen)} images, or others than its own")


class OneProcess:
    """Trains in this process, the whole batch at once: what the ways over Spark are compared with."""

    def __init__(self, spec: PassSpec) -> None:
        self._spec = spec

    def __call__(self, weights: Sequence[Array], batches: Sequence[Ids]) -> PassResult:
        """See `Pass`."""
        weights, loss, correct, steps = list(weights), 0.0, 0, []
        for batch in batches:
            started = time.perf_counter()
            shard = compute_shard(self._spec, weights, batch)
            weights = descend(weights, shard.gradients, len(batch), self._spec.learning_rate)
            loss, correct = loss + shard.gradients.loss, correct + shard.gradients.correct
            wall_s = time.perf_counter() - started
            steps.append(StepTimes(wall_s, shard.compute_s, 0.0, shard.compute_s, shard.cpu_s))
        images = sum(map(len, batches))
        return PassResult(weights, loss / images, correct, images, steps)
