"""Calls that wait for a slot."""

from __future__ import annotations

import threading

import pytest

from runner.tuning.slots import LongestFirst

PATIENCE_S = 10.0


def test_of_those_that_wait_the_longest_is_next() -> None:
    made, go = [], threading.Event()
    with LongestFirst(1) as slots:
        slots.submit(0, lambda: go.wait(PATIENCE_S))
        for length in (8, 32, 16, 32):
            slots.submit(length, lambda length=length: made.append(length))
        go.set()
    assert made == [32, 32, 16, 8]


def test_as_many_run_at_once_as_there_are_slots() -> None:
    together = threading.Barrier(3)
    with LongestFirst(3) as slots:
        calls = [slots.submit(1, lambda: together.wait(PATIENCE_S)) for _ in range(3)]
    assert sorted(call.result() for call in calls) == [0, 1, 2]


def test_what_a_call_raises_is_raised_to_who_waits_for_it() -> None:
    with LongestFirst(2) as slots:
        wrong, right = slots.submit(1, lambda: 1 // 0), slots.submit(1, lambda: 7)
        with pytest.raises(ZeroDivisionError):
            wrong.result(PATIENCE_S)
        assert right.result(PATIENCE_S) == 7


def test_after_an_error_those_that_wait_are_not_made() -> None:
    made, started, go = [], threading.Event(), threading.Event()

    def first() -> None:
        started.set()
        go.wait(PATIENCE_S)
        made.append(1)

    def fail(slots: LongestFirst) -> None:
        with slots:
            slots.submit(1, first)
            slots.submit(1, lambda: made.append(2))
            assert started.wait(PATIENCE_S)
            threading.Timer(0.2, go.set).start()
            raise RuntimeError("a trial failed")

    with pytest.raises(RuntimeError, match="a trial failed"):
        fail(LongestFirst(1))
    assert made == [1]
