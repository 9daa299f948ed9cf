"""Steps in this process, on all its CPUs: ``python -m benchmarks.steps.alone KERNEL BATCH STEPS FOLDER``."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from benchmarks.steps.common import LEARNING_RATE, measure
from runner.inputs.cifar import make_cifar_like
from runner.training.passes import OneProcess, PassSpec

WARM_UP = 2  # steps


def main(kernel: str, batch: str, steps: str, folder: str) -> None:
    """Print what `measure` returns."""
    records = make_cifar_like(Path(folder), int(batch), 1, seed=0).training
    spec = PassSpec(records, LEARNING_RATE, kernel, len(os.sched_getaffinity(0)))
    print(json.dumps(measure(OneProcess(spec), int(batch), int(steps), WARM_UP)))


if __name__ == "__main__":
    main(*sys.argv[1:])
