"""Adding gradients up among workers, over sockets: worker 0 collects, adds in the order of ranks, sends the sum back.

Every wait is bounded: a worker that does not hear from a peer in time raises, and its task fails.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from runner.networks.cifar_cnn import Gradients
from runner.training.descent import add_up
from runner.training.messages import pack_gradients, unpack_gradients

_LENGTH = struct.Struct("!Q")


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

    def add_up(self, part: Gradients) -> Gradients:
        """Return the sum over all workers' parts, the same to the last bit on every worker."""
        if self._rank == 0:
            total = add_up([part, *(unpack_gradients(receive(peer))[0] for peer in self._peers)])
            message = pack_gradients(total)
            for peer in self._peers:
                send(peer, message)
            return total
        (hub,) = self._peers
        send(hub, pack_gradients(part))
        return unpack_gradients(receive(hub))[0]


def send(peer: socket.socket, message: bytes) -> None:
    """Send a message whole."""
    try:
        peer.sendall(_LENGTH.pack(len(message)) + message)
    except OSError as error:
        raise PeerLostError(f"a worker of this pass is gone: {error}") from error


def receive(peer: socket.socket) -> bytes:
    """Return what `send` sent at the other end."""
    return read(peer, _LENGTH.unpack(read(peer, _LENGTH.size))[0])


def read(peer: socket.socket, size: int) -> bytes:
    """Return so many bytes."""
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
