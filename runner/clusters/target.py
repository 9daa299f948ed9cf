"""The options that name an existing cluster, and what is known of it before a run."""

from __future__ import annotations

import argparse
import os
import re
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from runner.clusters.conf import RESERVED, looks_secret
from runner.clusters.host import default_cluster_name, host_name
from runner.clusters.masters import KUBERNETES, PRIVATE, STANDALONE, YARN, Master, read_master
from runner.clusters.resources import OVERHEAD
from runner.errors import RunnerError

DRIVER_HOST = "spark.driver.host"
CONTAINER_IMAGE = "spark.kubernetes.container.image"
_PROPERTY = re.compile(r"(spark\.[\w.\-]+)=(.*)", re.DOTALL)


@dataclass(frozen=True)
class Target:
    """The cluster that runs go to.

    Parameters
    ----------
    master : str or None
        The master's URL; None for a private cluster on this machine.
    conf : mapping
        Spark properties that the cluster needs beyond those of any run; nothing secret.
    """

    master: str | None = None
    conf: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_private(self) -> bool:
        """Whether runs get a cluster of their own on this machine."""
        return self.master is None

    def cluster_name(self) -> str:
        """Return a name for the cluster, made from where its master listens.

        Raises
        ------
        RunnerError
            For YARN, whose URL names nothing.
        """
        master = read_master(self.master)
        if master.kind == PRIVATE:
            return default_cluster_name()
        if master.kind == YARN:
            raise RunnerError("--cluster: name the cluster; the master URL 'yarn' does not say which one it is")
        host = host_name() if _is_loopback(str(master.host)) else str(master.host).strip("[]").replace(":", "-")
        return f"{_PREFIX[master.kind]}-{host}"[:100]

    def describe(self) -> str:
        """Return what the store says of the cluster."""
        return _DESCRIPTIONS[read_master(self.master).kind]


_PREFIX = {STANDALONE: "spark", KUBERNETES: "k8s"}
_DESCRIPTIONS = {
    PRIVATE: "Private Spark standalone cluster on one machine, one worker an executor",
    STANDALONE: "Existing Spark standalone cluster",
    YARN: "Existing YARN cluster",
    KUBERNETES: "Existing Kubernetes cluster",
}


def add_target_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that `read_target` reads."""
    parser.add_argument(
        "--master",
        metavar="URL",
        help="an existing cluster: spark://HOST:PORT, yarn or k8s://https://HOST:PORT. Its nodes need this Python with "
        "the packages of requirements.txt, and the images under the same paths as here (default: a private cluster on "
        "this machine)",
    )
    parser.add_argument("--container-image", metavar="IMAGE", help="image of the executors' pods, for k8s://")
    parser.add_argument(
        "--conf",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a Spark property that the existing cluster needs, like spark.yarn.queue=QUEUE or "
        "spark.pyspark.python=PATH; may be repeated. Secrets belong into spark-defaults.conf in SPARK_CONF_DIR, where "
        "no process list shows them",
    )


def read_target(master: str | None, conf: Sequence[str], container_image: str | None) -> Target:
    """Return the cluster that the options name.

    Raises
    ------
    RunnerError
        When an option cannot be used with that kind of cluster, or something that it needs is missing.
    """
    where = read_master(master)
    if where.kind == PRIVATE:
        for option, given in (("--conf", conf), ("--container-image", container_image)):
            if given:
                raise RunnerError(f"{option}: is for an existing cluster; say which with --master URL")
        return Target()
    properties = dict(_read_property(text, where.kind) for text in conf)
    properties |= _container(where, container_image, properties)
    if where.kind == YARN and not {"HADOOP_CONF_DIR", "YARN_CONF_DIR"} & os.environ.keys():
        raise RunnerError("--master yarn: set HADOOP_CONF_DIR or YARN_CONF_DIR to the folder with yarn-site.xml")
    if where.host and DRIVER_HOST not in properties:
        properties[DRIVER_HOST] = _address_towards(where)
    return Target(master, properties)


def _read_property(text: str, kind: str) -> tuple[str, str]:
    found = _PROPERTY.fullmatch(text)
    if found is None:
        raise RunnerError(f"--conf: {text!r} is not KEY=VALUE with a key that starts with 'spark.'")
    key, value = found.groups()
    if looks_secret(key, value):
        raise RunnerError(
            f"--conf: {key} looks like a secret, and every user of a machine sees its command lines; write it into "
            "spark-defaults.conf, readable by you only, and set SPARK_CONF_DIR to its folder"
        )
    if key in RESERVED and not (key == OVERHEAD and kind in (YARN, KUBERNETES)):
        raise RunnerError(f"--conf: {key} is set by Sparkcast, from the run's parameters or so that its time is valid")
    return key, value


def _container(where: Master, image: str | None, properties: Mapping[str, str]) -> dict[str, str]:
    if where.kind != KUBERNETES:
        if image:
            raise RunnerError("--container-image: is for --master k8s://")
        return {}
    if image is None and CONTAINER_IMAGE not in properties:
        raise RunnerError(
            "--master k8s:// needs --container-image IMAGE: Spark 4.3 with this Python and the packages of "
            "requirements.txt"
        )
    return {CONTAINER_IMAGE: image} if image else {}


def _address_towards(where: Master) -> str:
    """Return this machine's address on the network that leads to the master: executors call the driver there."""
    host = str(where.host).strip("[]")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, where.port, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.connect(address)  # a datagram socket: chooses the route and sends nothing
            return str(probe.getsockname()[0])
    except OSError as error:
        raise RunnerError(f"--master: no way to {host} from here ({error.strerror or error})") from error


def _is_loopback(host: str) -> bool:
    return host in ("localhost", "[::1]") or host.startswith("127.")
