"""Steps in this process, on all its CPUs: ``python -m benchmarks.steps.alone KERNEL DEVICE BATCH STEPS FOLDER``."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from benchmarks.steps.common import LEARNING_RATE, make_photos, measure
from runner.training.passes import OneProcess, PassSpec

WARM_UP = 2  # steps


def main(kernel: str, device: str, batch: str, steps: str, folder: str) -> None:
    """Print what `measure` returns."""
    photos = make_photos(Path(folder), int(batch))
    spec = PassSpec(photos.training, LEARNING_RATE, kernel, len(os.sched_getaffinity(0)), device=device)
    print(json.dumps(measure(OneProcess(spec), photos, int(steps), WARM_UP)))


if __name__ == "__main__":
    main(*sys.argv[1:])
