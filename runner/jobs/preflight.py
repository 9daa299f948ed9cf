"""A look around from the executors of a cluster: the same Python packages as here, and images within reach.

The driver is started by the supervisor as ``python -m runner.jobs.preflight SPEC MASTER``; see `runner.jobs.driver`.
"""

from __future__ import annotations

import importlib.metadata
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from runner.inputs.manifest import read_manifest
from runner.jobs.driver import drive
from runner.spec import RunSpec

PACKAGES = ("numpy", "pyarrow", "pyspark")
MISSING = "missing"
TENSORFLOW = ("tensorflow", "tensorflow-cpu")


def check_cluster(spark: Any, spec: RunSpec) -> dict[str, Any]:
    """Ask a task in every slot of the executors what it sees; return the problems, each once."""
    # A file that is missing here too is a corrupt image, which every run counts.
    files = sorted({image.path for image in read_manifest(spec.manifest) if Path(image.path).is_file()})
    slots = sum(cores // spec.task_cpus for cores in spec.executor_cores)
    # A barrier stage runs all its tasks at once: each slot gets one.
    tasks = spark.sparkContext.parallelize(range(slots), slots).barrier()
    problems = tasks.mapPartitions(find_problems(files, versions())).collect()
    return {"problems": sorted(set(problems))}


def versions() -> dict[str, str]:
    """Return the versions, in this process, that driver and executors must share."""
    python = {"Python": "{}.{}".format(*sys.version_info)}
    tensorflow = next((found for name in TENSORFLOW if (found := _version(name)) != MISSING), MISSING)
    return python | {name: _version(name) for name in PACKAGES} | {"TensorFlow": tensorflow}


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return MISSING


def find_problems(files: list[str], wanted: dict[str, str]) -> Callable[[Iterator[int]], Iterator[str]]:
    """Return the function for Spark's ``mapPartitions``: what is wrong where a task runs, one line each."""

    def look(_: Iterator[int]) -> Iterator[str]:
        host, found = socket.gethostname(), versions()
        for name, version in wanted.items():
            if found[name] != version:
                yield f"{name} is {found[name]} on {host}, {version} here"
        for file in files:
            if not Path(file).is_file():
                yield f"{host} has no {file}; images must be under the same path on every node (a shared folder)"
                return

    return look


if __name__ == "__main__":
    sys.exit(drive(sys.argv[1], sys.argv[2], check_cluster))
