"""The job that the runner measures; a driver, started by the supervisor."""

from __future__ import annotations

import sys
from typing import Any

from benchmarks.overhead.common import timed
from runner.jobs.driver import drive
from runner.jobs.predict import measured_job
from runner.spec import RunSpec


def work(spark: Any, spec: RunSpec) -> dict[str, float]:
    """Return the job's times, warm-up apart."""
    return timed(lambda part: measured_job(spark, part), spec)


if __name__ == "__main__":
    sys.exit(drive(sys.argv[1], sys.argv[2], work))
