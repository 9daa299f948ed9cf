"""The driver's end of a pass; here the tasks are threads, each with its own end of real sockets."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from runner.training.exchange import PeerLostError, receive, send
from runner.training.hub import Hub
from runner.training.rendezvous import greet

HOST = "127.0.0.1"
PATIENCE_S = 10.0


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub(HOST, 2, PATIENCE_S) as hub:
        yield hub


def come(hub: Hub, rank: int) -> socket.socket:
    return greet(hub.rendezvous.address, rank, hub.rendezvous)


def work(hub: Hub, rank: int) -> list[bytes]:
    """Answer each order with itself and the rank; return the orders."""
    orders = []
    with come(hub, rank) as driver:
        while order := receive(driver):
            orders.append(order)
            send(driver, order + bytes([rank]))
    return orders


def nothing() -> None:
    """The tasks can go on answering."""


def ended(*tasks):
    return lambda: all(task.done() for task in tasks)


def assert_all_answer_twice(hub: Hub, *tasks: Callable[[], list[bytes]]) -> None:
    with ThreadPoolExecutor(len(tasks)) as pool:
        running = [pool.submit(task) for task in tasks]
        answers = [hub.ask(order, nothing) for order in (b"one", b"two")]
        hub.dismiss(ended(*running))
    assert answers == [[b"one\0", b"one\1"], [b"two\0", b"two\1"]]
    assert [task.result() for task in running] == [[b"one", b"two"]] * len(tasks)


def test_each_rank_answers_each_order_once(hub: Hub) -> None:
    assert_all_answer_twice(hub, lambda: work(hub, 1), lambda: work(hub, 0))


def test_all_ranks_are_there_before_the_first_order(hub: Hub) -> None:
    with ThreadPoolExecutor(1) as pool, come(hub, 1) as first:
        gathered = pool.submit(hub.gather, nothing)
        with pytest.raises(TimeoutError):
            gathered.result(0.5)
        with come(hub, 0) as second:
            gathered.result(PATIENCE_S)
            for driver in (first, second):
                driver.settimeout(0.5)
                with pytest.raises(PeerLostError, match="timed out"):
                    receive(driver)


@pytest.mark.parametrize("reads", [False, True], ids=["before its order", "with its order"])
def test_a_task_that_is_lost_is_asked_again_when_it_is_back(hub: Hub, reads: bool) -> None:
    def lost_and_back() -> list[bytes]:
        with come(hub, 1) as driver:
            if reads:
                receive(driver)
        return work(hub, 1)

    assert_all_answer_twice(hub, lambda: work(hub, 0), lost_and_back)


def test_a_second_attempt_takes_the_place_of_the_first(hub: Hub) -> None:
    with ThreadPoolExecutor(3) as pool, come(hub, 1) as first:
        asked = pool.submit(hub.ask, b"one", nothing)
        assert receive(first) == b"one"
        tasks = [pool.submit(work, hub, rank) for rank in (0, 1)]
        assert asked.result(PATIENCE_S) == [b"one\0", b"one\1"]
        with pytest.raises(PeerLostError, match="closed its connection"):
            receive(first)
        hub.dismiss(ended(*tasks))


def test_a_task_that_comes_late_is_dismissed_too(hub: Hub) -> None:
    with ThreadPoolExecutor(2) as pool:
        tasks = [pool.submit(work, hub, rank) for rank in (0, 1)]
        hub.dismiss(ended(*tasks))
    assert [task.result() for task in tasks] == [[], []]


def test_a_task_that_hangs_is_waited_for_only_so_long_after_the_others() -> None:
    with Hub(HOST, 2, 0.5) as hub, come(hub, 1), ThreadPoolExecutor(1) as pool:
        pool.submit(work, hub, 0)
        with pytest.raises(PeerLostError, match=r"worker 1 did not answer within 0\.5 s of the others"):
            hub.ask(b"one", nothing)
        hub.dismiss(lambda: True)


def test_a_task_that_spark_has_not_started_again_yet_is_waited_for() -> None:
    with Hub(HOST, 2, 0.2) as hub, ThreadPoolExecutor(2) as pool:
        first = pool.submit(work, hub, 0)
        asked = pool.submit(hub.ask, b"one", nothing)
        late = threading.Timer(1.0, work, (hub, 1))
        late.start()
        assert asked.result(PATIENCE_S) == [b"one\0", b"one\1"]
        hub.dismiss(lambda: first.done() and not late.is_alive())


def test_when_the_job_has_failed_nobody_is_waited_for(hub: Hub) -> None:
    def failed() -> None:
        raise RuntimeError("the job failed")

    with come(hub, 0), pytest.raises(RuntimeError, match="the job failed"):
        hub.ask(b"one", failed)


@pytest.mark.parametrize("rank", [2, 2**32 - 1])
def test_a_rank_that_the_pass_has_not_is_not_heard(hub: Hub, rank: int) -> None:
    with come(hub, rank) as stranger, ThreadPoolExecutor(2) as pool:
        tasks = [pool.submit(work, hub, rank) for rank in (0, 1)]
        assert hub.ask(b"one", nothing) == [b"one\0", b"one\1"]
        with pytest.raises(PeerLostError):
            receive(stranger)
        hub.dismiss(ended(*tasks))


@pytest.mark.parametrize("greeting", [b"x" * 32 + (1).to_bytes(4), b"hello"])
def test_a_stranger_without_the_token_is_not_heard(hub: Hub, greeting: bytes) -> None:
    host, port = hub.rendezvous.address.rsplit(":", 1)
    with ThreadPoolExecutor(2) as pool:
        with socket.create_connection((host, int(port))) as stranger:
            stranger.sendall(greeting)
        tasks = [pool.submit(work, hub, rank) for rank in (0, 1)]
        assert hub.ask(b"one", nothing) == [b"one\0", b"one\1"]
        hub.dismiss(ended(*tasks))
