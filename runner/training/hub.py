"""The driver's end of a pass: a connection to the task of each rank, and to the next attempt at one that was lost."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from runner.training.exchange import PeerLostError, receive, send
from runner.training.rendezvous import listen, rank_of

POLL_S = 0.2
DISMISSAL = b""


class Hub:
    """Asks the tasks of all ranks, and takes one answer of each.

    Parameters
    ----------
    host : str
        Address of the driver's machine, as the workers reach it.
    workers : int
    wait_s : float
        How long after the last answer another one is waited for, from a task that is connected. Spark sees to those
        that are not: it starts what was lost again.
    """

    def __init__(self, host: str, workers: int, wait_s: float) -> None:
        self._server, self.rendezvous = listen(host, workers, wait_s)
        self._peers: dict[int, socket.socket] = {}
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._server, selectors.EVENT_READ)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Hang up; who connects later is refused."""
        self._selector.close()
        for peer in self._peers.values():
            peer.close()
        self._server.close()

    def gather(self, check: Callable[[], None]) -> None:
        """Return when the tasks of all ranks are connected; `check` as in `ask`."""
        while len(self._peers) < self.rendezvous.workers:
            self._take(None, {})
            check()

    def ask(self, order: bytes, check: Callable[[], None]) -> list[bytes]:
        """Send each rank an order and return their answers, in the order of ranks.

        Parameters
        ----------
        order : bytes
        check : callable
            Raises when the tasks can answer no more; called while they are waited for.

        Raises
        ------
        PeerLostError
            When a task is so much slower than the others that it hangs.
        """
        self._send_all(order)
        answers: dict[int, bytes] = {}
        heard = time.monotonic()
        while len(answers) < self.rendezvous.workers:
            if self._take(order, answers):
                heard = time.monotonic()
            check()
            self._check_late(answers, time.monotonic() - heard)
        return [answers[rank] for rank in range(self.rendezvous.workers)]

    def dismiss(self, ended: Callable[[], bool]) -> None:
        """Tell all tasks that there is no more to do, also those that Spark starts again meanwhile."""
        self._send_all(DISMISSAL)
        while not ended():
            self._take(DISMISSAL, {})

    def _take(self, order: bytes | None, answers: dict[int, bytes]) -> bool:
        """Take what comes next: answers, and new connections, which are given the order; whether anything came."""
        ready = self._selector.select(POLL_S)
        for key, _ in ready:
            if key.data is None:
                rank = self._accept()
                if rank is not None and order is not None and rank not in answers:
                    self._send(rank, order)
            elif key.fileobj is self._peers.get(key.data):  # not one that was replaced a moment ago
                try:
                    answers[key.data] = receive(self._peers[key.data])
                except PeerLostError:
                    self._drop(key.data)
        return bool(ready)

    def _accept(self) -> int | None:
        peer, _ = self._server.accept()
        rank = rank_of(peer, self.rendezvous)
        if rank is not None:
            self._drop(rank)
            self._peers[rank] = peer
            self._selector.register(peer, selectors.EVENT_READ, rank)
        return rank

    def _send_all(self, order: bytes) -> None:
        for rank in list(self._peers):
            self._send(rank, order)

    def _send(self, rank: int, order: bytes) -> None:
        try:
            send(self._peers[rank], order)
        except PeerLostError:
            self._drop(rank)

    def _drop(self, rank: int) -> None:
        if rank in self._peers:
            self._selector.unregister(self._peers[rank])
            self._peers.pop(rank).close()

    def _check_late(self, answers: dict[int, bytes], silent_s: float) -> None:
        late = sorted(set(range(self.rendezvous.workers)) - answers.keys())
        if answers and late and silent_s > self.rendezvous.wait_s and self._peers.keys() >= set(late):
            raise PeerLostError(f"worker {late[0]} did not answer within {self.rendezvous.wait_s:g} s of the others")
