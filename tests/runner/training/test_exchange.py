"""The exchange among workers: here threads, each with its own end of real sockets."""

from __future__ import annotations

import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from runner.training.descent import from_bytes, to_bytes
from runner.training.exchange import PeerLostError, connect
from runner.training.network import Gradients

TOKEN = b"t" * 32
HOST = "127.0.0.1"
LIKE = [np.zeros((2, 2), dtype=np.float32), np.zeros(3, dtype=np.float32)]


class Gather:
    """What Spark's allGather does, for threads."""

    def __init__(self, workers):
        self.said = [""] * workers
        self.barrier = threading.Barrier(workers)

    def at(self, rank):
        def gather(message):
            self.said[rank] = message
            self.barrier.wait(10)
            return self.said

        return gather


def part(rank):
    arrays = [np.full(array.shape, 0.1 * (rank + 1), dtype=np.float32) for array in LIKE]
    return Gradients(rank + 0.5, rank, arrays)


def test_gradients_survive_the_message():
    there = from_bytes(to_bytes(part(2)), LIKE)
    assert there.loss == 2.5
    assert there.correct == 2
    for one, other in zip(there.arrays, part(2).arrays, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_every_worker_gets_the_same_sum(workers):
    gather = Gather(workers)

    def work(rank):
        with connect(rank, workers, HOST, TOKEN, 10, gather.at(rank)) as exchange:
            exchange.add_up(part(rank), LIKE)
            return exchange.add_up(part(rank), LIKE)

    with ThreadPoolExecutor(workers) as pool:
        sums = list(pool.map(work, range(workers)))
    assert {to_bytes(one) for one in sums} == {to_bytes(sums[0])}
    assert sums[0].loss == pytest.approx(sum(rank + 0.5 for rank in range(workers)))
    assert sums[0].correct == sum(range(workers))
    np.testing.assert_allclose(sums[0].arrays[1], 0.1 * sum(range(1, workers + 1)), rtol=1e-6)


def test_a_worker_that_never_comes_is_not_waited_for_without_end():
    with pytest.raises(PeerLostError, match=r"0 of 1 workers connected within 0\.2 s"):
        connect(0, 2, HOST, TOKEN, 0.2, lambda said: [said, ""])


def test_a_worker_that_goes_away_is_noticed():
    gather = Gather(2)

    def leave():
        connect(1, 2, HOST, TOKEN, 10, gather.at(1)).__exit__(None, None, None)

    with ThreadPoolExecutor(1) as pool:
        pool.submit(leave)
        with (
            connect(0, 2, HOST, TOKEN, 10, gather.at(0)) as exchange,
            pytest.raises(PeerLostError, match="closed its connection"),
        ):
            exchange.add_up(part(0), LIKE)


def test_a_stranger_without_the_token_is_not_heard():
    gather = Gather(2)

    def work(rank):
        with connect(rank, 2, HOST, TOKEN, 10, gather.at(rank)) as exchange:
            return exchange.add_up(part(rank), LIKE)

    with ThreadPoolExecutor(2) as pool:
        hub = pool.submit(work, 0)
        while not gather.said[0]:
            threading.Event().wait(0.01)
        address, port = gather.said[0].rsplit(":", 1)
        with socket.create_connection((address, int(port))) as stranger:
            stranger.sendall(b"x" * 32 + (1).to_bytes(4))
            other = pool.submit(work, 1)
            assert to_bytes(hub.result(10)) == to_bytes(other.result(10))
