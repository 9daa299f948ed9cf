"""A private Spark standalone cluster on this machine: one master, and one worker an executor.

A worker of its own gives each executor JVM its own cores and memory. Everything listens on loopback only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from runner.clusters.memory import heap_mib
from runner.clusters.software import spark_home
from runner.spec import RunSpec

LOOPBACK = "127.0.0.1"
_MASTER = "org.apache.spark.deploy.master.Master"
_WORKER = "org.apache.spark.deploy.worker.Worker"
_MASTER_URL = re.compile(rf"Starting Spark master at (spark://{re.escape(LOOPBACK)}:\d+)")


class Launcher(Protocol):
    """Starts processes and waits for things to happen; the supervisor is one."""

    def start(self, name: str, command: Sequence[str], cpus: Sequence[int] = ()) -> Path:
        """Start a process, on these CPUs if any are given, and return the file that its output goes to."""

    def wait_for(self, what: str, ready: Callable[[], bool], timeout_s: float) -> None:
        """Return when `ready`; raise when it takes too long, or when a process ended meanwhile."""


def start_cluster(launcher: Launcher, spec: RunSpec, properties: Path | None = None) -> str:
    """Start a master, and workers that join it, and return the master's URL.

    Nobody waits for the workers here: they come up while the driver does, and that waits for its executors.

    Parameters
    ----------
    launcher : Launcher
        Owns the processes and ends them.
    spec : RunSpec
        The run that the cluster is for: each of its executors gets a worker with just its cores, memory and CPUs.
    properties : Path, optional
        Spark settings of master and workers.
    """
    spark_class = str(spark_home() / "bin" / "spark-class")
    settings = ["--properties-file", str(properties)] if properties else []
    # Port 0 lets the system choose, so that two clusters never collide; the master's log says what it got.
    master = [spark_class, _MASTER, "--host", LOOPBACK, "--port", "0", "--webui-port", "0", *settings]
    log = launcher.start("master", master, spec.other_cpus)
    launcher.wait_for("the Spark master", lambda: _master_url(log) is not None, spec.launch_timeout_s)
    url = str(_master_url(log))
    for number, cpus in enumerate(spec.executor_cpus or [[]] * len(spec.executor_cores)):
        launcher.start(f"worker-{number}", [spark_class, _WORKER, *_worker_options(spec, number), *settings, url], cpus)
    return url


def _worker_options(spec: RunSpec, number: int) -> list[str]:
    sizes = ["--cores", str(spec.executor_cores[number]), "--memory", f"{heap_mib(spec)}M"]
    ports = ["--host", LOOPBACK, "--port", "0", "--webui-port", "0"]
    return [*ports, *sizes, "--work-dir", str(spec.folder / f"worker-{number}")]


def _master_url(log: Path) -> str | None:
    found = _MASTER_URL.search(log.read_text(encoding="utf-8", errors="replace"))
    return found.group(1) if found else None
