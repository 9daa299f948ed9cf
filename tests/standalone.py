"""A Spark standalone cluster of real JVMs: somebody else's, which knows nothing of our code or our folders."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from runner.clusters.environment import quick_starts
from runner.clusters.processes import kill_tree
from runner.clusters.software import spark_home
from runner.clusters.standalone import start_cluster
from runner.spec import RunSpec
from tests.runner.helpers import PATIENCE_S


def clean_environment() -> dict[str, str]:
    """Return this process's environment without what tells Python or Spark where to look."""
    foreign = ("PYTHON", "SPARK_", "PYSPARK_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return kept | {"SPARK_LOCAL_IP": "127.0.0.1"}


@dataclass
class Operator:
    """Starts the cluster's processes and ends them (`runner.clusters.standalone.Launcher`)."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, name: str, command: Sequence[str], cpus: Sequence[int] = ()) -> Path:
        """Start a process with its output in a file."""
        path = self.folder / f"{name}.log"
        own = {"SPARK_HOME": str(spark_home()), "TMPDIR": str(self.folder)} | quick_starts(self.folder)
        with path.open("wb") as log:
            self.processes.append(
                subprocess.Popen(
                    command, stdout=log, stderr=log, cwd=self.folder, env=clean_environment() | own | self.environment
                )
            )
        return path

    def wait_for(self, what: str, ready: Callable[[], bool], timeout_s: float) -> None:
        """Return when `ready`."""
        deadline = time.monotonic() + timeout_s
        while not ready():
            assert time.monotonic() < deadline, f"{what} did not start"
            time.sleep(0.1)

    def registered(self) -> int:
        """Return how many workers the master has taken."""
        return (self.folder / "master.log").read_text(encoding="utf-8").count("Registering worker")

    def stop(self) -> None:
        """End the cluster and whatever it started."""
        for process in self.processes:
            kill_tree(process.pid)
            process.wait()


@contextmanager
def running_cluster(folder: Path, worker_cores: Sequence[int], worker_memory_mib: int) -> Iterator[str]:
    """A master with workers of this size; its URL."""
    operator = Operator(folder)
    sizes = RunSpec("-", str(folder), "-", list(worker_cores), worker_memory_mib, 0, 0, 0, 0, 1, PATIENCE_S, PATIENCE_S)
    try:
        master = start_cluster(operator, sizes)
        operator.wait_for("the workers", lambda: operator.registered() == len(worker_cores), PATIENCE_S)
        yield master
    finally:
        operator.stop()
