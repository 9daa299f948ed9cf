"""Training on Spark, first way: the driver averages.

A pass is one Spark job with a task a worker, which computes one shard after the other: for each step the driver sends
the weights, and adds up the gradients that come back and descends. A job a step would do the same, but the jobs of
steps that take a quarter of a second cost a third as much again. A lost executor or Python worker costs one repeated
shard: Spark starts the task again, which is given the same weights, and as a step takes one answer from each rank, no
image counts twice.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, NamedTuple
from uuid import uuid4

import numpy as np

from runner.inputs.cifar import Ids
from runner.networks.cifar_cnn import Gradients
from runner.networks.numpy_layers import Array
from runner.training.batches import split_batch
from runner.training.descent import add_up, descend
from runner.training.exchange import PeerLostError, receive, send
from runner.training.hub import Hub
from runner.training.messages import pack, pack_gradients, unpack, unpack_gradients
from runner.training.passes import PassResult, PassSpec, StepTimes, check_samples, compute_shard
from runner.training.rendezvous import WAIT_S, Rendezvous, greet


class _Orders(NamedTuple):
    """What every worker of a pass is given."""

    batches: list[Ids]
    driver: Rendezvous


class DriverAveraging:
    """Trains a whole pass as one job, the driver in the middle.

    Parameters
    ----------
    context : pyspark.SparkContext
    spec : PassSpec
        One task for each of its shares; the cluster must run all of them at the same time.
    wait_s : float
        How long after the last answer to a step another one is waited for.
    """

    def __init__(self, context: Any, spec: PassSpec, wait_s: float = WAIT_S) -> None:
        self._context, self._spec, self._wait_s = context, spec, wait_s

    def __call__(self, weights: Sequence[Array], batches: Sequence[Ids]) -> PassResult:
        """See `Pass`."""
        host = self._context.getConf().get("spark.driver.host")
        with Hub(host, len(self._spec.shares), self._wait_s) as hub, self._job(hub, batches) as job:
            check = functools.partial(_check, job)
            hub.gather(check)
            result = self._descend(list(weights), batches, lambda order: hub.ask(order, check))
            hub.dismiss(job.done)
            job.result()
        return result

    @contextmanager
    def _job(self, hub: Hub, batches: Sequence[Ids]) -> Iterator[Future[None]]:
        """Give the job of a pass, running; none is left afterwards."""
        workers, group = len(self._spec.shares), str(uuid4())
        shared = self._context.broadcast(_Orders(list(batches), hub.rendezvous))

        def run() -> None:
            self._context.setJobGroup(group, "a pass, averaged by the driver", interruptOnCancel=True)
            self._context.parallelize(range(workers), workers).foreachPartition(
                functools.partial(_work, self._spec, shared)
            )

        try:
            with ThreadPoolExecutor(1, "pass") as beside:
                job = beside.submit(run)
                try:
                    yield job
                except BaseException:
                    hub.close()  # a task that is only just starting must not wait for orders
                    self._context.cancelJobGroup(group)
                    raise
        finally:
            shared.destroy()

    def _descend(self, weights: list[Array], batches: Sequence[Ids], ask: Callable[[bytes], list[bytes]]) -> PassResult:
        loss, correct, steps = 0.0, 0, []
        for number, batch in enumerate(batches):
            started = time.perf_counter()
            answers = [_Answer.read(message) for message in ask(pack(weights, step=number))]
            check_samples(batch, np.concatenate([answer.ids for answer in answers]))
            summed = add_up(answer.gradients for answer in answers)
            added = time.perf_counter()
            weights = descend(weights, summed, len(batch), self._spec.learning_rate)
            loss, correct = loss + summed.loss, correct + summed.correct
            computed = [answer.compute_s for answer in answers]
            steps.append(
                StepTimes(
                    wall_s=time.perf_counter() - started,
                    compute_s=max(computed),
                    exchange_s=added - started - max(computed),
                    work_wall_s=sum(computed),
                    work_cpu_s=sum(answer.cpu_s for answer in answers),
                )
            )
        images = sum(map(len, batches))
        return PassResult(weights, loss / images, correct, images, steps)


class _Answer(NamedTuple):
    """What a worker sends to the driver."""

    gradients: Gradients
    ids: Ids
    compute_s: float
    cpu_s: float

    @classmethod
    def read(cls, message: bytes) -> _Answer:
        gradients, named = unpack_gradients(message)
        return cls(gradients, named["ids"], float(named["compute_s"]), float(named["cpu_s"]))


def _check(job: Future[None]) -> None:
    if job.done():
        job.result()
        raise PeerLostError("the tasks of a pass ended before it did")


def _work(spec: PassSpec, shared: Any, _: Iterable[int]) -> None:
    from pyspark import TaskContext

    rank = TaskContext.get().partitionId()
    orders: _Orders = shared.value
    spec.open_kernel()  # so that no step waits for TensorFlow
    with greet(orders.driver.address, rank, orders.driver) as driver:
        driver.settimeout(None)  # others may be slow or lost; when the driver is, Spark ends this process
        while order := receive(driver):
            weights, named = unpack(order)
            ids = split_batch(orders.batches[int(named["step"])], spec.shares)[rank]
            shard = compute_shard(spec, weights, ids)
            send(driver, pack_gradients(shard.gradients, ids=ids, compute_s=shard.compute_s, cpu_s=shard.cpu_s))
