"""A plain Keras loop in one process, without Spark, as anybody would write it."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from benchmarks.overhead.common import load_photo, set_threads, take_turns
from runner.inputs.manifest import read_manifest
from runner.networks.applications import build_model, get_application
from runner.spec import RunSpec


def run(spec: RunSpec) -> None:
    """Run the loop turn by turn."""
    set_threads(spec.task_cpus)
    application = get_application(spec.application)
    model = build_model(application, spec.seed)
    paths = [image.path for image in read_manifest(spec.manifest)]

    def classify(part: RunSpec) -> None:
        for start in range(0, part.images, part.batch_size):
            images = np.stack([load_photo(path, application) for path in paths[start : start + part.batch_size]])
            model.predict_on_batch(application.preprocess(images)).argmax(axis=1)

    take_turns(classify, spec)


if __name__ == "__main__":
    run(RunSpec.read(Path(sys.argv[1])))
