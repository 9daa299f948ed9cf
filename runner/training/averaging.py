"""Training on Spark, first way: one job a step, and the driver averages.

Each step broadcasts the weights, every worker passes forward and backward over its shard in one task, and the driver
adds the gradients up and descends. A lost executor or Python worker costs one repeated task: Spark computes the same
shard again, and as a step's result is taken shard by shard, no image counts twice.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from runner.inputs.cifar import Ids
from runner.networks.cifar_cnn import Gradients
from runner.networks.numpy_layers import Array
from runner.training.batches import split_batch
from runner.training.descent import add_up, descend, from_bytes, to_bytes
from runner.training.passes import PassResult, PassSpec, StepTimes, check_samples, compute_shard


class _Answer(NamedTuple):
    """What a task sends to the driver."""

    ids: Ids
    message: bytes
    compute_s: float
    cpu_s: float


class DriverAveraging:
    """Trains step by step as Spark jobs.

    Parameters
    ----------
    context : pyspark.SparkContext
    spec : PassSpec
        One task a step for each of its shares.
    """

    def __init__(self, context: Any, spec: PassSpec) -> None:
        self._context, self._spec = context, spec
        # The same tasks in every step; what is new in one is broadcast.
        self._tasks = context.parallelize(range(len(spec.shares)), len(spec.shares))

    def __call__(self, weights: Sequence[Array], batches: Sequence[Ids]) -> PassResult:
        """See `Pass`."""
        weights, loss, correct, steps = list(weights), 0.0, 0, []
        for batch in batches:
            weights, summed, times = self._step(weights, batch)
            loss, correct = loss + summed.loss, correct + summed.correct
            steps.append(times)
        images = sum(map(len, batches))
        return PassResult(weights, loss / images, correct, images, steps)

    def _step(self, weights: list[Array], batch: Ids) -> tuple[list[Array], Gradients, StepTimes]:
        started = time.perf_counter()
        shards = split_batch(batch, self._spec.shares)
        shared = self._context.broadcast((weights, shards))
        sent = time.perf_counter()
        try:
            answers = self._tasks.mapPartitions(functools.partial(_answer, self._spec, shared)).collect()
        finally:
            shared.destroy()
        collected = time.perf_counter()
        check_samples(batch, np.concatenate([answer.ids for answer in answers]))
        summed = add_up(from_bytes(answer.message, weights) for answer in answers)
        added = time.perf_counter()
        weights = descend(weights, summed, len(batch), self._spec.learning_rate)
        ended = time.perf_counter()
        computed = [answer.compute_s for answer in answers]
        cpu_s = sum(answer.cpu_s for answer in answers)
        exchange_s = sent - started + added - collected
        return weights, summed, StepTimes(ended - started, max(computed), exchange_s, sum(computed), cpu_s)


def _answer(spec: PassSpec, shared: Any, ranks: Iterable[int]) -> Iterator[_Answer]:
    weights, shards = shared.value
    for rank in ranks:
        shard = compute_shard(spec, weights, shards[rank])
        yield _Answer(shards[rank], to_bytes(shard.gradients), shard.compute_s, shard.cpu_s)
