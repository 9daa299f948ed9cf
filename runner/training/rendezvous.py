"""How the workers of a pass find each other: the driver tells them where worker 0 listens, over a socket.

Spark's own ``allGather`` would do, but it looks once a second whether all have spoken, and a second is several steps.
Peers know each other by a token that the driver draws for the pass, and every wait is bounded.
"""

from __future__ import annotations

import contextlib
import hmac
import secrets
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from runner.training.exchange import Exchange, PeerLostError, read, receive, send

WAIT_S = 60.0  # the longest that a worker waits for another
TOKEN_BYTES = 32
GREETING_S = 5.0  # a worker greets as soon as it is connected
_RANK = struct.Struct("!I")


class Rendezvous(NamedTuple):
    """How the workers of a pass find the driver, and each other.

    Parameters
    ----------
    workers : int
    token : bytes
        `TOKEN_BYTES` that they all were given.
    wait_s : float
        Longest wait for another, here and in every later exchange.
    address : str
        ``HOST:PORT`` of the driver.
    """

    workers: int
    token: bytes
    wait_s: float
    address: str


def listen(host: str, workers: int, wait_s: float) -> tuple[socket.socket, Rendezvous]:
    """Return a socket of the driver's on which workers of one pass are awaited, and what they must know to come."""
    server = socket.create_server((host, 0))
    address = f"{host}:{server.getsockname()[1]}"
    return server, Rendezvous(workers, secrets.token_bytes(TOKEN_BYTES), wait_s, address)


@contextmanager
def introduce(host: str, workers: int, wait_s: float) -> Iterator[Rendezvous]:
    """Tell the workers of one pass where worker 0 listens, in a thread, as long as the body runs.

    Parameters
    ----------
    host : str
        Address of the driver's machine, as the workers reach it.
    workers : int
    wait_s : float
        See `Rendezvous`.
    """
    server, found = listen(host, workers, wait_s)
    with server:
        threading.Thread(target=_introduce, args=(server, found), name="introductions", daemon=True).start()
        try:
            yield found
        finally:
            with contextlib.suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)  # the thread may still wait at it


def _introduce(server: socket.socket, found: Rendezvous) -> None:
    # Who is not introduced says so in its task.
    with contextlib.suppress(PeerLostError, OSError), contextlib.ExitStack() as closing:
        hub, *others = [closing.enter_context(peer) for peer in _accept(server, found.workers, found)]
        address = receive(hub)
        for peer in others:
            send(peer, address)


def connect(rank: int, host: str, found: Rendezvous) -> Exchange:
    """Connect this worker with the others.

    Parameters
    ----------
    rank : int
        This worker's number.
    host : str
        Address of this worker's machine, as the others reach it.
    found : Rendezvous

    Raises
    ------
    PeerLostError
        When a worker does not connect in time.
    """
    with greet(found.address, rank, found) as driver:
        if rank:
            return Exchange(rank, [greet(receive(driver).decode(), rank, found)])
        with socket.create_server((host, 0)) as server:
            send(driver, f"{host}:{server.getsockname()[1]}".encode())
            return Exchange(rank, _accept(server, found.workers - 1, found))


def greet(address: str, rank: int, found: Rendezvous) -> socket.socket:
    """Return a connection, on which the other end knows this worker's rank.

    Raises
    ------
    PeerLostError
        When nobody listens there.
    """
    host, port = address.rsplit(":", 1)
    try:
        peer = socket.create_connection((host, int(port)), timeout=found.wait_s)
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        peer.sendall(found.token + _RANK.pack(rank))
    except OSError as error:
        raise PeerLostError(f"nobody of this pass listens at {address}: {error}") from error
    return peer


def _accept(server: socket.socket, count: int, found: Rendezvous) -> list[socket.socket]:
    """Return the connections of so many peers, in the order of their ranks."""
    deadline = time.monotonic() + found.wait_s
    peers: dict[int, socket.socket] = {}
    with contextlib.ExitStack() as failing:
        while len(peers) < count:
            server.settimeout(max(0.001, deadline - time.monotonic()))
            try:
                peer = failing.enter_context(server.accept()[0])
            except TimeoutError as error:
                raise PeerLostError(f"{len(peers)} of {count} workers connected within {found.wait_s:g} s") from error
            rank = rank_of(peer, found)
            if rank is not None:
                peers[rank] = peer
        failing.pop_all()
    return [peers[rank] for rank in sorted(peers)]


def rank_of(peer: socket.socket, found: Rendezvous) -> int | None:
    """Return the rank of who connected, ready for messages; None, and closed, for somebody else who found the port."""
    peer.settimeout(GREETING_S)
    try:
        greeting = read(peer, TOKEN_BYTES + _RANK.size)
    except PeerLostError:
        greeting = b""
    rank = int.from_bytes(greeting[TOKEN_BYTES:])
    if not hmac.compare_digest(greeting[:TOKEN_BYTES], found.token) or rank >= found.workers:
        peer.close()
        return None
    peer.settimeout(found.wait_s)
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return rank
