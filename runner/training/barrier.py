"""Training on Spark, second way: one barrier job for all steps of a pass, and the workers average among themselves.

Data, model and weights stay in the workers from step to step; the driver hears from them at the end. When a worker is
lost, so is what the pass has learned: it starts again from the weights of its beginning, so no image counts twice.
"""

from __future__ import annotations

import functools
import hashlib
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from runner.inputs.cifar import Ids
from runner.networks.numpy_layers import Array
from runner.training.batches import split_batch
from runner.training.descent import descend
from runner.training.exchange import PeerLostError
from runner.training.passes import PassResult, PassSpec, SamplesError, StepTimes, check_samples, compute_shard
from runner.training.rendezvous import WAIT_S, Rendezvous, connect, introduce

BLAME_S = 1.0  # a worker that fails is reported within this time


class _Orders(NamedTuple):
    """What every worker of a pass is given."""

    weights: list[Array]
    batches: list[Ids]
    rendezvous: Rendezvous


class _Report(NamedTuple):
    """What a worker says at the end of a pass; only worker 0 sends the weights, the others their digest."""

    weights: list[Array] | None
    digest: str
    loss: float
    correct: int
    shards: list[Ids]
    steps: list[StepTimes]


class BarrierExchange:
    """Trains a whole pass as one barrier job.

    Parameters
    ----------
    context : pyspark.SparkContext
    spec : PassSpec
        One task for each of its shares; the cluster must run all of them at the same time.
    wait_s : float
        Longest time that a worker waits for another.
    """

    def __init__(self, context: Any, spec: PassSpec, wait_s: float = WAIT_S) -> None:
        self._context, self._spec, self._wait_s = context, spec, wait_s

    def __call__(self, weights: Sequence[Array], batches: Sequence[Ids]) -> PassResult:
        """See `Pass`."""
        workers = len(self._spec.shares)
        host = self._context.getConf().get("spark.driver.host")
        with introduce(host, workers, self._wait_s) as rendezvous:
            shared = self._context.broadcast(_Orders(list(weights), list(batches), rendezvous))
            try:
                tasks = self._context.parallelize(range(workers), workers).barrier()
                reports = tasks.mapPartitions(functools.partial(_work, self._spec, shared)).collect()
            finally:
                shared.destroy()
        return _join(batches, reports)


def _work(spec: PassSpec, shared: Any, _: Iterable[int]) -> Iterator[_Report]:
    from pyspark import BarrierTaskContext

    context = BarrierTaskContext.get()
    rank = context.partitionId()
    host = context.getTaskInfos()[rank].address.rsplit(":", 1)[0]
    orders: _Orders = shared.value
    weights, loss, correct = orders.weights, 0.0, 0
    shards, steps = [], []
    with _causes_first(), connect(rank, host, orders.rendezvous) as exchange:
        for batch in orders.batches:
            started = time.perf_counter()
            ids = split_batch(batch, spec.shares)[rank]
            shard = compute_shard(spec, weights, ids)
            computed = time.perf_counter()
            summed = exchange.add_up(shard.gradients)
            exchanged = time.perf_counter()
            weights = descend(weights, summed, len(batch), spec.learning_rate)
            loss, correct = loss + summed.loss, correct + summed.correct
            shards.append(ids)
            wall_s = time.perf_counter() - started
            steps.append(StepTimes(wall_s, shard.compute_s, exchanged - computed, shard.compute_s, shard.cpu_s))
    yield _Report(weights if rank == 0 else None, _digest(weights), loss, correct, shards, steps)


@contextmanager
def _causes_first() -> Iterator[None]:
    """Fail a little later than the worker that went away: if an error of its own was why, that ends the training."""
    try:
        yield
    except PeerLostError:
        time.sleep(BLAME_S)
        raise


def _digest(weights: Sequence[Array]) -> str:
    return hashlib.sha256(b"".join(array.tobytes() for array in weights)).hexdigest()


def _join(batches: Sequence[Ids], reports: Sequence[_Report]) -> PassResult:
    first = reports[0]
    if first.weights is None or len({report.digest for report in reports}) != 1:
        raise SamplesError("the workers of a pass ended with different weights")
    for batch, *shards in zip(batches, *(report.shards for report in reports), strict=True):
        check_samples(batch, np.concatenate(shards))
    steps = [_slowest(same) for same in zip(*(report.steps for report in reports), strict=True)]
    images = sum(map(len, batches))
    return PassResult(first.weights, first.loss / images, first.correct, images, steps)


def _slowest(same: Sequence[StepTimes]) -> StepTimes:
    # Who computes longest waits least: the smallest exchange is the one without waiting for others.
    return StepTimes(
        max(step.wall_s for step in same),
        max(step.compute_s for step in same),
        min(step.exchange_s for step in same),
        sum(step.work_wall_s for step in same),
        sum(step.work_cpu_s for step in same),
    )
