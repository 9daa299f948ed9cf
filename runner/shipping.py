"""Files of a run that its Python workers read: the list of images, a user's model, weights.

On this machine they are read where they are. To another cluster Spark carries them, once to each executor.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from runner.bundle import write_bundle
from runner.spec import RunSpec


def ship(context: Any, spec: RunSpec) -> None:
    """Send a run's files, and our code, to executors that are not on this machine."""
    if spec.master is None:
        return
    context.addPyFile(str(write_bundle(spec.folder)))
    for path in (spec.manifest, spec.model_file, spec.weights_file):
        if path is not None:
            context.addFile(str(path))


def name_for_workers(spec: RunSpec, path: Path | str) -> str:
    """Return what a worker calls a file of the run: its path, or its name where it is sent there."""
    return str(path) if spec.master is None else Path(path).name


def find(name: str) -> Path:
    """Return, in a worker, the path of a file by that name."""
    if Path(name).is_absolute():
        return Path(name)
    from pyspark import SparkFiles

    return Path(SparkFiles.get(name))
