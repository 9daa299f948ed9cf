"""A Spark standalone cluster of real executor JVMs whose Python knows nothing of this checkout."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runner.clusters.processes import kill_tree
from runner.clusters.software import spark_home

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 120
_MASTER = "org.apache.spark.deploy.master.Master"
_WORKER = "org.apache.spark.deploy.worker.Worker"
_LOOPBACK = ["--host", "127.0.0.1", "--port", "0", "--webui-port", "0"]


def clean_environment() -> dict[str, str]:
    """This process's environment without what tells Python or Spark where to look."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "SPARK_", "PYSPARK_"))}
    return kept | {"SPARK_LOCAL_IP": "127.0.0.1"}


@contextmanager
def standalone_cluster(folder: Path, workers: int) -> Iterator[str]:
    """Start a master and workers of one core each; yields ``spark://127.0.0.1:PORT``."""
    environment = clean_environment() | {"SPARK_HOME": str(spark_home()), "SPARK_DAEMON_MEMORY": "128m"}
    started: list[subprocess.Popen[bytes]] = []

    def start(name: str, *arguments: str) -> Path:
        log = folder / f"{name}.log"
        command = [str(spark_home() / "bin" / "spark-class"), *arguments]
        with log.open("wb") as out:
            started.append(subprocess.Popen(command, cwd=folder, env=environment, stdout=out, stderr=out))
        return log

    try:
        master_log = start("master", _MASTER, *_LOOPBACK)
        [url] = _wait_for(master_log, r"Starting Spark master at (spark://\S+)", 1)
        for number in range(workers):
            place = str(folder / f"worker-{number}")
            start(f"worker-{number}", _WORKER, *_LOOPBACK, "--cores", "1", "--memory", "1g", "--work-dir", place, url)
        _wait_for(master_log, r"Registering worker (\S+)", workers)
        yield url
    finally:
        for process in started:
            kill_tree(process.pid)
            process.wait()


def _wait_for(log: Path, pattern: str, count: int) -> list[str]:
    deadline = time.monotonic() + PATIENCE_S
    while len(found := re.findall(pattern, log.read_text(encoding="utf-8"))) < count:
        assert time.monotonic() < deadline, f"{pattern} is not in {log}"
        time.sleep(0.1)
    return found
