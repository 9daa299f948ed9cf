"""A look at an existing cluster before anything is measured there.

It is an application of its own, so that what is measured later has no job but the measured one.
"""

from __future__ import annotations

import dataclasses
import math
import shutil
from collections.abc import Sequence
from pathlib import Path

from runner.clusters.masters import ensure_reachable
from runner.clusters.resources import resource_conf
from runner.errors import RunnerError
from runner.inputs.manifest import ImageRef
from runner.runs.execution import execute_run
from runner.runs.record import brief
from runner.spec import RunSpec

PROGRAM = "runner.jobs.preflight"
MOST_IMAGES = 64


def ensure_usable(spec: RunSpec, images: Sequence[ImageRef], home: Path) -> None:
    """Refuse a cluster on which runs like this one could not be valid.

    Raises
    ------
    RunnerError
        When it cannot be asked for such executors, does not answer, its executors do not come up, differ from this
        machine in what computes, or do not see the images.
    """
    resource_conf(spec)  # refuses what it cannot ask for
    if spec.master is not None:
        ensure_reachable(spec.master)
    spec = dataclasses.replace(spec, program=PROGRAM)
    result = execute_run(spec, images, home).result
    shutil.rmtree(spec.folder)
    if not result["ok"]:
        raise RunnerError(f"--master: {brief(str(result['error']))}")
    if result["problems"]:
        first, *more = result["problems"]
        raise RunnerError(f"--master: {first}{f' (and {len(more)} more)' if more else ''}")


def spread_sample(images: Sequence[ImageRef]) -> Sequence[ImageRef]:
    """Return some of the images, from all over the list."""
    return images[:: math.ceil(len(images) / MOST_IMAGES)]
