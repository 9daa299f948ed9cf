"""Steps on Spark executors: a driver as `runner.jobs.driver` describes it; the spec's application is the arm's name."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from benchmarks.steps.common import LEARNING_RATE, make_photos, measure
from runner.jobs.driver import drive
from runner.spec import RunSpec
from runner.training.averaging import DriverAveraging
from runner.training.barrier import BarrierExchange
from runner.training.passes import PassSpec

WARM_UP = 10  # steps: a JVM's first jobs take 40 ms more each, until their code is compiled
ARMS = {"driver": DriverAveraging, "barrier": BarrierExchange}


def steps(spark: Any, spec: RunSpec) -> dict[str, Any]:
    """Measure the arm; `spec.images` is the batch, `spec.tasks` the number of steps."""
    photos = make_photos(Path(spec.work_dir).parents[1] / "datasets", spec.images)
    shares = tuple(spec.executor_cores)
    sharing = PassSpec(photos.training, LEARNING_RATE, "tensorflow", spec.task_cpus, shares)
    return measure(ARMS[spec.application](spark.sparkContext, sharing), photos, spec.tasks, WARM_UP)


if __name__ == "__main__":
    sys.exit(drive(sys.argv[1], sys.argv[2], steps))
