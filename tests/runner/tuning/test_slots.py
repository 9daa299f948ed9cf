"""Calls that wait for a slot."""

from __future__ import annotations

import threading
import time

import pytest

from runner.tuning.slots import LongestFirst

PATIENCE_S = 10.0


def test_of_those_that_wait_the_longest_is_next() -> None:
    made: list[int] = []
    with LongestFirst(1) as slots:
        waits = [slots.submit(length, lambda length=length: made.append(length)) for length in (8, 32, 16, 32)]
        for wait in waits:
            wait()
    assert made == [32, 32, 16, 8]


def test_nothing_starts_before_somebody_waits() -> None:
    made: list[int] = []
    with LongestFirst(2) as slots:
        slots.submit(1, lambda: made.append(1))
        time.sleep(0.2)
        assert made == []


def test_as_many_run_at_once_as_there_are_slots() -> None:
    together = threading.Barrier(3)
    with LongestFirst(3) as slots:
        waits = [slots.submit(1, lambda: together.wait(PATIENCE_S)) for _ in range(3)]
        assert sorted(wait() for wait in waits) == [0, 1, 2]


def test_what_a_call_raises_is_raised_to_who_waits_for_it() -> None:
    with LongestFirst(2) as slots:
        wrong, right = slots.submit(1, lambda: 1 // 0), slots.submit(1, lambda: 7)
        with pytest.raises(ZeroDivisionError):
            wrong()
        assert right() == 7


def test_after_an_error_those_that_wait_are_not_made() -> None:
    made: list[int] = []

    def fail() -> None:
        with LongestFirst(1) as slots:
            wrong = slots.submit(2, lambda: 1 // 0)
            for _ in range(3):
                slots.submit(1, lambda: (time.sleep(0.2), made.append(1)))
            wrong()

    with pytest.raises(ZeroDivisionError):
        fail()
    assert len(made) <= 1  # the one that the slot had begun
