"""How many images of a test set a network gets right, counted by all workers."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from runner.inputs.cifar import Ids
from runner.networks.numpy_layers import Array
from runner.training.batches import split_batch
from runner.training.passes import PassSpec

CHUNK = 500  # images of one forward pass: a test set at once would need gigabytes


def count_correct(context: Any, spec: PassSpec, weights: Sequence[Array]) -> int:
    """Return how many of `spec.records` get the highest score for their label; one task for each of its shares."""
    shards = split_batch(np.arange(len(spec.records)), spec.shares)
    shared = context.broadcast(list(weights))
    try:
        tasks = context.parallelize(shards, len(shards))
        return int(sum(tasks.mapPartitions(functools.partial(_count, spec, shared)).collect()))
    finally:
        shared.destroy()


def _count(spec: PassSpec, shared: Any, shards: Iterable[Ids]) -> Iterator[int]:
    kernel = spec.open_kernel()
    for ids in shards:
        for start in range(0, len(ids), CHUNK):
            yield kernel.count_correct(shared.value, *spec.records.read(ids[start : start + CHUNK]))
