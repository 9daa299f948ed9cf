"""Adding gradients up among workers, over sockets: worker 0 collects, adds in the order of ranks, sends the sum back.

Every wait is bounded: a worker that does not hear from a peer in time raises, its task fails, and Spark starts the
barrier stage again. Peers know each other by a token that the driver drew for this pass.
"""

from __future__ import annotations

import hmac
import socket
import struct
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from runner.training.descent import add_up, from_bytes, to_bytes
from runner.training.network import Gradients
from runner.training.numpy_layers import Array

TOKEN_BYTES = 32
_LENGTH = struct.Struct("!Q")
_RANK = struct.Struct("!I")


class PeerLostError(Exception):
    """A worker of the pass did not answer in time, or went away."""


class Exchange:
    """One worker's end of the exchange.

    Parameters
    ----------
    rank : int
        This worker's number; worker 0 adds up.
    peers : sequence of socket
        For worker 0 the connections to workers 1, 2, ...; for the others the one to worker 0.
    """

    def __init__(self, rank: int, peers: Sequence[socket.socket]) -> None:
        self._rank, self._peers = rank, peers

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for peer in self._peers:
            peer.close()

    def add_up(self, part: Gradients, like: Sequence[Array]) -> Gradients:
        """Return the sum over all workers' parts, the same to the last bit on every worker."""
        if self._rank == 0:
            total = add_up([part, *(from_bytes(_receive(peer), like) for peer in self._peers)])
            message = to_bytes(total)
            for peer in self._peers:
                _send(peer, message)
            return total
        (hub,) = self._peers
        _send(hub, to_bytes(part))
        return from_bytes(_receive(hub), like)


def connect(
    rank: int, workers: int, host: str, token: bytes, wait_s: float, gather: Callable[[str], list[str]]
) -> Exchange:
    """Connect this worker with the others.

    Parameters
    ----------
    rank, workers : int
        This worker's number, and how many there are.
    host : str
        Address of this worker's machine, as the others reach it.
    token : bytes
        `TOKEN_BYTES` that all workers of the pass were given.
    wait_s : float
        Longest wait for a peer, here and in every later exchange.
    gather : callable
        Gives every worker what each said, in order of rank (Spark's ``BarrierTaskContext.allGather``).

    Raises
    ------
    PeerLostError
        When a worker does not connect in time.
    """
    if rank == 0:
        with socket.create_server((host, 0)) as server:
            gather(f"{host}:{server.getsockname()[1]}")
            return Exchange(rank, _accept(server, workers, token, wait_s))
    address, port = gather("")[0].rsplit(":", 1)
    hub = socket.create_connection((address, int(port)), timeout=wait_s)
    hub.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    hub.sendall(token + _RANK.pack(rank))
    return Exchange(rank, [hub])


def _accept(server: socket.socket, workers: int, token: bytes, wait_s: float) -> list[socket.socket]:
    deadline = time.monotonic() + wait_s
    peers: dict[int, socket.socket] = {}
    while len(peers) < workers - 1:
        server.settimeout(max(0.001, deadline - time.monotonic()))
        try:
            peer, _ = server.accept()
        except TimeoutError as error:
            raise PeerLostError(f"{len(peers)} of {workers - 1} workers connected within {wait_s:g} s") from error
        peer.settimeout(wait_s)
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        greeting = _read(peer, TOKEN_BYTES + _RANK.size)
        if not hmac.compare_digest(greeting[:TOKEN_BYTES], token):
            peer.close()  # somebody else who found the port
            continue
        peers[_RANK.unpack(greeting[TOKEN_BYTES:])[0]] = peer
    return [peers[rank] for rank in sorted(peers)]


def _send(peer: socket.socket, message: bytes) -> None:
    try:
        peer.sendall(_LENGTH.pack(len(message)) + message)
    except OSError as error:
        raise PeerLostError(f"a worker of this pass is gone: {error}") from error


def _receive(peer: socket.socket) -> bytes:
    return _read(peer, _LENGTH.unpack(_read(peer, _LENGTH.size))[0])


def _read(peer: socket.socket, size: int) -> bytes:
    message = bytearray(size)
    view = memoryview(message)
    while view:
        try:
            count = peer.recv_into(view)
        except OSError as error:
            raise PeerLostError(f"a worker of this pass did not answer: {error}") from error
        if count == 0:
            raise PeerLostError("a worker of this pass closed its connection")
        view = view[count:]
    return bytes(message)
