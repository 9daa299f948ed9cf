"""Which image is in which step, and who computes it: seeded, so that every way of training sees the same batches."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from runner.inputs.cifar import Ids


def epoch_batches(images: int, batch_size: int, seed: int, epoch: int) -> list[Ids]:
    """Return the batches of an epoch: every image once, in a random order; the last batch may be smaller."""
    order = np.random.default_rng((seed, epoch)).permutation(images)
    return [order[start : start + batch_size] for start in range(0, images, batch_size)]


def split_batch(batch: Ids, shares: Sequence[int]) -> list[Ids]:
    """Return one shard of the batch for each worker, as large as its share (its cores) asks; in order, none lost."""
    bounds = np.cumsum(shares) * len(batch) // sum(shares)
    return np.split(batch, bounds[:-1])
