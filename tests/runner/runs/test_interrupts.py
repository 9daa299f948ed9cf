"""Stop signals end a campaign in order, and never in the middle of a clean-up."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from runner.runs.interrupts import STOP_SIGNALS, stop_signals_blocked, stop_signals_interrupt


def be_told(number: signal.Signals) -> None:
    """Get a signal, and give its handler the time to run."""
    os.kill(os.getpid(), number)
    threading.Event().wait(0.2)


@pytest.fixture(autouse=True)
def _nothing_ignored() -> Iterator[None]:
    """Under nohup, or in the background of a script, some of these signals are ignored from the start."""
    before = {number: signal.signal(number, signal.default_int_handler) for number in STOP_SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def other_thread() -> Iterator[None]:
    """A thread that a signal may reach instead of this one."""
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    yield
    done.set()
    thread.join()


@pytest.mark.parametrize("number", STOP_SIGNALS)
def test_every_stop_signal_is_a_keyboard_interrupt(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt), stop_signals_interrupt():
        be_told(number)
    assert signal.getsignal(number) == before


def test_an_ignored_signal_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stop_signals_interrupt(), stop_signals_blocked():
            os.kill(os.getpid(), signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_signal_waits_for_the_clean_up(other_thread: None) -> None:
    cleaned = []

    def clean() -> None:
        with stop_signals_blocked():
            be_told(signal.SIGTERM)
            be_told(signal.SIGINT)
            cleaned.append(True)

    with pytest.raises(KeyboardInterrupt), stop_signals_interrupt():
        clean()
    assert cleaned


def test_another_thread_may_clean_up_too() -> None:
    cleaned = []

    def clean() -> None:
        with stop_signals_blocked():
            cleaned.append(True)

    thread = threading.Thread(target=clean)
    thread.start()
    thread.join()
    assert cleaned
