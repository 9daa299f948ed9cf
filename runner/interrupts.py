"""Being stopped: SIGTERM and a closed terminal end a campaign the way Ctrl-C does."""

from __future__ import annotations

import signal
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
    """Hold stop signals back, so that a clean-up is not cut short; they arrive afterwards."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
