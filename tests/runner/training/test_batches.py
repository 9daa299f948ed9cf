"""Batches and shards: every image once, whoever computes it."""

from __future__ import annotations

import numpy as np
import pytest

from runner.training.batches import epoch_batches, split_batch
from runner.training.passes import SamplesError, check_samples


def test_an_epoch_holds_every_image_once():
    batches = epoch_batches(25, 10, seed=0, epoch=0)
    assert [len(batch) for batch in batches] == [10, 10, 5]
    assert sorted(np.concatenate(batches)) == list(range(25))


def test_the_order_depends_on_seed_and_epoch():
    first = np.concatenate(epoch_batches(50, 10, seed=0, epoch=0))
    assert np.array_equal(first, np.concatenate(epoch_batches(50, 10, seed=0, epoch=0)))
    assert not np.array_equal(first, np.concatenate(epoch_batches(50, 10, seed=0, epoch=1)))
    assert not np.array_equal(first, np.concatenate(epoch_batches(50, 10, seed=1, epoch=0)))


@pytest.mark.parametrize(
    ("shares", "sizes"), [((1, 1), [5, 5]), ((3, 2), [6, 4]), ((1, 1, 1), [3, 3, 4]), ((1,), [10])]
)
def test_shards_are_as_large_as_their_shares_and_lose_nothing(shares, sizes):
    batch = np.arange(10)
    shards = split_batch(batch, shares)
    assert [len(shard) for shard in shards] == sizes
    assert np.array_equal(np.concatenate(shards), batch)


@pytest.mark.parametrize("seen", [[7, 3], [7, 3, 5, 5], [7, 5, 3], [7, 3, 4]])
def test_images_that_were_lost_doubled_moved_or_others_end_the_training(seen):
    check_samples(np.array([7, 3, 5]), np.array([7, 3, 5]))
    with pytest.raises(SamplesError, match=f"a step of 3 images computed {len(seen)} images, or others"):
        check_samples(np.array([7, 3, 5]), np.array(seen))
