"""Masters: the kinds of cluster that a run can go to, told from the master's URL."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass

from runner.errors import RunnerError

PRIVATE, STANDALONE, YARN, KUBERNETES = "private", "standalone", "yarn", "kubernetes"
_HOST = r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\])"
_PORT = r"(?P<port>\d{1,5})"
_URLS = {
    STANDALONE: re.compile(rf"spark://(?P<host>{_HOST}):{_PORT}(?:,{_HOST}:\d{{1,5}})*"),
    YARN: re.compile("yarn"),
    KUBERNETES: re.compile(rf"k8s://(?:(?P<scheme>https?)://)?(?P<host>{_HOST})(?::{_PORT})?(?:/\S*)?"),
}
CONNECT_TIMEOUT_S = 10.0
_DEFAULT_PORT, _HTTP_PORT = 443, 80  # of a Kubernetes API server whose URL names none


@dataclass(frozen=True)
class Master:
    """A cluster's master.

    Parameters
    ----------
    kind : str
        `PRIVATE`, `STANDALONE`, `YARN` or `KUBERNETES`.
    host, port : str or None, int
        Where it listens; None where the URL does not say (YARN: its configuration files do).
    """

    kind: str
    host: str | None = None
    port: int = _DEFAULT_PORT


def read_master(url: str | None) -> Master:
    """Tell the kind of a master from its URL; no URL means a private cluster.

    Raises
    ------
    RunnerError
        When Spark has no such master, or when it has no executors of its own.
    """
    if url is None:
        return Master(PRIVATE)
    for kind, pattern in _URLS.items():
        if found := pattern.fullmatch(url):
            parts = found.groupdict()
            default = _HTTP_PORT if parts.get("scheme") == "http" else _DEFAULT_PORT
            return Master(kind, parts.get("host"), int(parts.get("port") or default))
    if url.startswith("local"):
        raise RunnerError(
            f"--master: {url} computes inside the driver and has no executors to study; leave --master out for a "
            "private cluster on this machine"
        )
    raise RunnerError(f"--master: {url!r} is none of spark://HOST:PORT, yarn, k8s://https://HOST:PORT")


def ensure_reachable(url: str) -> None:
    """Try the master's address: Spark itself would try for minutes.

    Raises
    ------
    RunnerError
        When nothing listens there, or at any of several masters. YARN's address is known to its client alone.
    """
    addresses = _addresses(url)
    for address in addresses:
        try:
            socket.create_connection(address, timeout=CONNECT_TIMEOUT_S).close()
            return
        except OSError:
            continue
    if addresses:
        raise RunnerError(f"--master: nothing answers at {url}; is the master running, and reachable from here?")


def _addresses(url: str) -> list[tuple[str, int]]:
    master = read_master(url)
    if master.kind == STANDALONE:
        pairs = (address.rpartition(":") for address in url.removeprefix("spark://").split(","))
        return [(host.strip("[]"), int(port)) for host, _, port in pairs]
    return [(master.host.strip("[]"), master.port)] if master.host else []
