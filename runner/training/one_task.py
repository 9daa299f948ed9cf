"""Training in one process that is a Spark task: what sharing a step is compared with, measured in the same way."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from runner.inputs.cifar import Ids
from runner.networks.numpy_layers import Array
from runner.training.passes import OneProcess, PassResult, PassSpec


class OneTask:
    """Trains a whole pass in one task.

    Parameters
    ----------
    context : pyspark.SparkContext
    spec : PassSpec
    """

    def __init__(self, context: Any, spec: PassSpec) -> None:
        self._context, self._spec = context, spec

    def __call__(self, weights: Sequence[Array], batches: Sequence[Ids]) -> PassResult:
        """See `Pass`."""
        shared = self._context.broadcast((list(weights), list(batches)))
        try:
            # No list: what a task does not read of its partition costs it its worker, and that one its network.
            task = self._context.parallelize(range(1), 1)
            [result] = task.mapPartitions(functools.partial(_train, self._spec, shared)).collect()
        finally:
            shared.destroy()
        return PassResult(*result)


def _train(spec: PassSpec, shared: Any, _: Iterable[int]) -> Iterator[PassResult]:
    weights, batches = shared.value
    yield OneProcess(spec)(weights, batches)
