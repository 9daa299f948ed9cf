"""What Python workers on other machines lack: our code, and the files that a run reads.

On this machine both are read where they are. To another cluster Spark carries them, once to each executor.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

from runner.clusters.environment import SOURCE_ROOT
from runner.spec import RunSpec

CODE_FILE = "sparkcast.zip"
# What Python workers import: the runner, and the store for its errors.
PACKAGES = ("runner", "store")


def ship(context: Any, spec: RunSpec) -> None:
    """Send our code and a run's files (images' list, a user's model, weights) to executors that are not here."""
    if spec.master is None:
        return
    context.addPyFile(str(_pack_code(spec.folder)))
    for path in (spec.manifest, spec.model_file, spec.weights_file):
        if path is not None:
            context.addFile(str(path))


def _pack_code(folder: Path) -> Path:
    """Write an archive of the packages that workers import into `folder`; Python imports from it as it is."""
    path = folder / CODE_FILE
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for package in PACKAGES:
            for module in sorted((SOURCE_ROOT / package).rglob("*.py")):
                archive.write(module, module.relative_to(SOURCE_ROOT))
    return path


def name_for_workers(spec: RunSpec, path: Path | str) -> str:
    """Return what a worker calls a file of the run: its path, or its name where it is sent there."""
    return str(path) if spec.master is None else Path(path).name


def find(name: str) -> Path:
    """Return, in a worker, the path of a file by that name."""
    if Path(name).is_absolute():
        return Path(name)
    from pyspark import SparkFiles

    return Path(SparkFiles.get(name))
