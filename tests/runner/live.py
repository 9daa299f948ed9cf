"""A run looked at from outside while it is in progress."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.runner import victims


@dataclass(frozen=True)
class Live:
    """What could be seen while a Python worker computed; `archived` says which JVMs have mapped an archive."""

    secret: str
    command_lines: list[str]
    executor_cpus: list[int]
    python_cpus: list[int]
    python_tmpdir: str
    archived: dict[str, bool]


def look(home: Path) -> Live:
    """Look at the run that is being measured with `home`; a Python worker of it must be there."""
    python = victims.find(home, "python_worker")[0]
    (executor,) = (one for one in python.parents() if victims.MARKS["executor"] in " ".join(one.cmdline()))
    (conf,) = home.glob("work/*/conf/spark-defaults.conf")
    return Live(
        read_secret(conf),
        [" ".join(process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"])],
        executor.cpu_affinity(),
        python.cpu_affinity(),
        python.environ()["TMPDIR"],
        {role: _maps_archive(victims.find(home, role)[0]) for role in ("master", "worker", "driver_jvm", "executor")},
    )


def _maps_archive(process: psutil.Process) -> bool:
    return any(region.path.endswith("/spark.jsa") for region in process.memory_maps())


def read_secret(path: Path) -> str:
    """Return the secret in a cluster's settings."""
    (secret,) = re.findall(r"^spark\.authenticate\.secret (\w{64})$", path.read_text(), re.MULTILINE)
    return str(secret)
