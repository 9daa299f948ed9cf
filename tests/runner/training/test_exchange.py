"""The exchange among workers: here threads, each with its own end of real sockets."""

from __future__ import annotations

import pickle
import signal
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from runner.networks.cifar_cnn import Gradients
from runner.training.exchange import PeerLostError
from runner.training.messages import pack_gradients, unpack_gradients
from runner.training.rendezvous import connect, introduce

HOST = "127.0.0.1"
LIKE = [np.zeros((2, 2), dtype=np.float32), np.zeros(3, dtype=np.float32)]


def part(rank):
    arrays = [np.full(array.shape, 0.1 * (rank + 1), dtype=np.float32) for array in LIKE]
    return Gradients(rank + 0.5, rank, arrays)


def bits(gradients):
    return gradients.loss, gradients.correct, *(array.tobytes() for array in gradients.arrays)


def test_gradients_survive_the_message():
    there, named = unpack_gradients(pack_gradients(part(2), ids=[3, 4]))
    assert named["ids"].tolist() == [3, 4]
    assert there.loss == 2.5
    assert there.correct == 2
    for one, other in zip(there.arrays, part(2).arrays, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_every_worker_gets_the_same_sum(workers):
    def work(rank):
        with connect(rank, HOST, rendezvous) as exchange:
            exchange.add_up(part(rank))
            return exchange.add_up(part(rank))

    with introduce(HOST, workers, 10) as rendezvous, ThreadPoolExecutor(workers) as pool:
        sums = list(pool.map(work, range(workers)))
    assert {bits(one) for one in sums} == {bits(sums[0])}
    assert sums[0].loss == pytest.approx(sum(rank + 0.5 for rank in range(workers)))
    assert sums[0].correct == sum(range(workers))
    np.testing.assert_allclose(sums[0].arrays[1], 0.1 * sum(range(1, workers + 1)), rtol=1e-6)


def test_a_worker_that_never_comes_is_not_waited_for_without_end():
    with (
        introduce(HOST, 2, 0.2) as rendezvous,
        pytest.raises(PeerLostError, match=r"0 of 1 workers connected within 0\.2 s"),
    ):
        connect(0, HOST, rendezvous)


def test_without_a_driver_nobody_is_introduced():
    with introduce(HOST, 2, 0.2) as rendezvous:
        pass
    with pytest.raises(PeerLostError, match="nobody of this pass listens at"):
        connect(1, HOST, rendezvous)


def test_a_worker_that_goes_away_is_noticed():
    def leave():
        connect(1, HOST, rendezvous).__exit__(None, None, None)

    with introduce(HOST, 2, 10) as rendezvous, ThreadPoolExecutor(1) as pool:
        pool.submit(leave)
        with connect(0, HOST, rendezvous) as exchange, pytest.raises(PeerLostError, match="closed its connection"):
            exchange.add_up(part(0))


def numbered(rank, step):
    return part(rank)._replace(loss=float(step * (rank + 1)))


def straggle(rendezvous, steps):
    with connect(1, HOST, rendezvous) as exchange:
        for step in range(steps):
            exchange.add_up(numbered(1, step))


def start_straggler(*arguments):
    """In a process of its own, and not as `multiprocessing` does: it would run pytest's main module there."""
    program = "import pickle, sys; from tests.runner.training.test_exchange import straggle; "
    command = [sys.executable, "-c", f"{program}straggle(*pickle.load(sys.stdin.buffer))"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE)
    pickle.dump(arguments, process.stdin)
    process.stdin.close()
    return process


def test_a_worker_that_stands_still_for_a_while_delays_but_loses_and_doubles_nothing():
    steps, still_s = 6, 1.0
    with introduce(HOST, 2, 60) as rendezvous:
        other = start_straggler(rendezvous, steps)
        with connect(0, HOST, rendezvous) as exchange:
            sums = [exchange.add_up(numbered(0, step)) for step in range(2)]
            other.send_signal(signal.SIGSTOP)
            threading.Timer(still_s, other.send_signal, [signal.SIGCONT]).start()
            sums += [exchange.add_up(numbered(0, step)) for step in range(2, steps)]
        assert other.wait(30) == 0
    assert [one.loss for one in sums] == [3.0 * step for step in range(steps)]
    np.testing.assert_array_equal([one.arrays[1] for one in sums], [sums[0].arrays[1]] * steps)


@pytest.mark.parametrize("greeting", [b"x" * 32 + (1).to_bytes(4), b"hello"])
def test_a_stranger_without_the_token_is_not_heard(greeting):
    def work(rank):
        with connect(rank, HOST, rendezvous) as exchange:
            return exchange.add_up(part(rank))

    with introduce(HOST, 2, 10) as rendezvous, ThreadPoolExecutor(2) as pool:
        host, port = rendezvous.address.rsplit(":", 1)
        with socket.create_connection((host, int(port))) as stranger:
            stranger.sendall(greeting)
        hub, other = pool.submit(work, 0), pool.submit(work, 1)
        assert bits(hub.result(10)) == bits(other.result(10))
