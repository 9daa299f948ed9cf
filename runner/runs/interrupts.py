"""Being stopped: SIGTERM and a closed terminal end a campaign the way Ctrl-C does."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def stop_signals_interrupt() -> Iterator[None]:
    """Turn every stop signal that is not ignored (``nohup``) into KeyboardInterrupt."""
    before = {name: signal.getsignal(name) for name in STOP_SIGNALS}
    for name, handler in before.items():
        if handler != signal.SIG_IGN:
            signal.signal(name, _interrupt)
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


@contextmanager
def stop_signals_blocked() -> Iterator[None]:
    """Hold stop signals back, so that a clean-up is not cut short; the first of them arrives afterwards.

    Blocking them by `signal.pthread_sigmask` would not do: they would reach another thread (DuckDB and Arrow have
    some), and Python runs its handlers in the main thread whichever thread they reached.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # handlers never run here
        return
    held: list[int] = []
    before = {name: signal.getsignal(name) for name in STOP_SIGNALS}
    for name, handler in before.items():
        if handler != signal.SIG_IGN:
            signal.signal(name, lambda number, frame: held.append(number))
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
        if held:
            signal.raise_signal(held[0])


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
