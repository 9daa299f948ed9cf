"""A private Spark standalone cluster on this machine: one master, and one worker an executor.

A worker of its own gives each executor JVM its own cores and memory. Everything listens on loopback only.
"""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from runner.clusters.environment import spark_home
from runner.clusters.memory import heap_mib
from runner.runs.spec import RunSpec

LOOPBACK = "127.0.0.1"
_MASTER = "org.apache.spark.deploy.master.Master"
_WORKER = "org.apache.spark.deploy.worker.Worker"
_MASTER_URL = re.compile(rf"Starting Spark master at (spark://{re.escape(LOOPBACK)}:\d+)")
_WEB_PORT = re.compile(r"service 'MasterUI' on port (\d+)")


class Launcher(Protocol):
    """Starts processes and waits for things to happen; the supervisor is one."""

    def start(self, name: str, command: Sequence[str], cpus: Sequence[int] = ()) -> Path:
        """Start a process, on these CPUs if any are given, and return the file that its output goes to."""

    def wait_for(self, what: str, ready: Callable[[], bool], timeout_s: float) -> None:
        """Return when `ready`; raise when it takes too long, or when a process ended meanwhile."""


def start_cluster(launcher: Launcher, spec: RunSpec) -> str:
    """Start master and workers, wait until all workers are ALIVE, and return the master's URL.

    Parameters
    ----------
    launcher : Launcher
        Owns the processes and ends them.
    spec : RunSpec
        The run that the cluster is for: each of its executors gets a worker with just its cores, memory and CPUs.
    """
    spark_class = str(spark_home() / "bin" / "spark-class")
    # Port 0 lets the system choose, so that two clusters never collide; the master's log says what it got.
    master = [spark_class, _MASTER, "--host", LOOPBACK, "--port", "0", "--webui-port", "0"]
    log = launcher.start("master", master, spec.other_cpus)
    launcher.wait_for("the Spark master", lambda: None not in _addresses(log), spec.launch_timeout_s)
    url, web_port = _addresses(log)
    for number, cpus in enumerate(spec.executor_cpus or [[]] * len(spec.executor_cores)):
        launcher.start(f"worker-{number}", [spark_class, _WORKER, *_worker_options(spec, number), str(url)], cpus)
    wanted = sorted(spec.executor_cores)
    launcher.wait_for("the Spark workers", lambda: _alive_cores(int(str(web_port))) == wanted, spec.launch_timeout_s)
    return str(url)


def _worker_options(spec: RunSpec, number: int) -> list[str]:
    sizes = ["--cores", str(spec.executor_cores[number]), "--memory", f"{heap_mib(spec)}M"]
    ports = ["--host", LOOPBACK, "--port", "0", "--webui-port", "0"]
    return [*ports, *sizes, "--work-dir", str(spec.folder / f"worker-{number}")]


def _addresses(log: Path) -> tuple[str | None, str | None]:
    text = log.read_text(encoding="utf-8", errors="replace")
    url, web = _MASTER_URL.search(text), _WEB_PORT.search(text)
    return (url.group(1) if url else None, web.group(1) if web else None)


def _alive_cores(web_port: int) -> list[int]:
    # http.client, because a proxy from the environment has no business on loopback.
    connection = http.client.HTTPConnection(LOOPBACK, web_port, timeout=5)
    try:
        connection.request("GET", "/json/")
        state: dict[str, Any] = json.load(connection.getresponse())
    except (OSError, http.client.HTTPException, json.JSONDecodeError):
        return []
    finally:
        connection.close()
    return sorted(worker["cores"] for worker in state["workers"] if worker["state"] == "ALIVE")
