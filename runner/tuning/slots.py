"""Calls that wait for a slot, the longest ones first."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from queue import PriorityQueue
from types import TracebackType
from typing import Any, Self


class LongestFirst:
    """Makes calls in threads; of those that wait the longest one is next, so all slots end at about the same time.

    Nothing starts before somebody waits for a result: who submits one call after the other would else start the first
    ones, however short they are.

    Parameters
    ----------
    slots : int
        Calls at the same time.
    """

    def __init__(self, slots: int) -> None:
        self._slots = ThreadPoolExecutor(slots)
        self._waiting: PriorityQueue[tuple[float, int, Callable[[], Any], Future[Any]]] = PriorityQueue()
        self._numbers = itertools.count()
        self._submitted = 0  # and not started

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Wait for the calls that run; those that nobody waited for are not made, after an error none that waits."""
        self._slots.shutdown(cancel_futures=error is not None)

    def submit(self, length: float, call: Callable[[], Any]) -> Callable[[], Any]:
        """Return what waits for the result.

        Parameters
        ----------
        length : float
            About how long the call takes, in any unit.
        call : callable
        """
        future: Future[Any] = Future()
        self._waiting.put((-length, next(self._numbers), call, future))
        self._submitted += 1

        def wait() -> Any:
            if not future.done():
                self._start()
            return future.result()

        return wait

    def _start(self) -> None:
        for _ in range(self._submitted):
            self._slots.submit(self._make_next)
        self._submitted = 0

    def _make_next(self) -> None:
        _, _, call, future = self._waiting.get()
        try:
            future.set_result(call())
        except BaseException as error:
            future.set_exception(error)
