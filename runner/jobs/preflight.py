"""A look at an existing cluster before anything is measured there: the same Python packages, and images within reach.

It is an application of its own, so that what is measured later has no job but the measured one. Its driver is started
by the supervisor as ``python -m runner.jobs.preflight SPEC MASTER``; see `runner.jobs.driver`.
"""

from __future__ import annotations

import dataclasses
import importlib.metadata
import math
import shutil
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from runner.clusters.masters import ensure_reachable
from runner.errors import RunnerError
from runner.inputs.manifest import ImageRef, read_manifest
from runner.jobs.driver import drive
from runner.runs.execution import execute_run
from runner.runs.spec import RunSpec

PACKAGES = ("numpy", "pyarrow", "pyspark")
MISSING = "missing"
TENSORFLOW = ("tensorflow", "tensorflow-cpu")
PROGRAM = "runner.jobs.preflight"
MOST_IMAGES = 64


def ensure_usable(spec: RunSpec, images: Sequence[ImageRef], home: Path) -> None:
    """Refuse a cluster on which runs like this one could not be valid.

    Raises
    ------
    RunnerError
        When it does not answer, its executors do not come up, differ from this machine in what computes, or do not see
        the images.
    """
    if spec.master is not None:
        ensure_reachable(spec.master)
    spec = dataclasses.replace(spec, program=PROGRAM)
    result = execute_run(spec, images, home).result
    shutil.rmtree(spec.folder)
    if not result["ok"]:
        raise RunnerError(f"--master: {str(result['error']).strip().splitlines()[0]}")
    if result["problems"]:
        first, *more = result["problems"]
        raise RunnerError(f"--master: {first}{f' (and {len(more)} more)' if more else ''}")


def spread_sample(images: Sequence[ImageRef]) -> Sequence[ImageRef]:
    """Return some of the images, from all over the list."""
    return images[:: math.ceil(len(images) / MOST_IMAGES)]


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
