"""The job that the runner measures; a driver, started by the supervisor."""

from __future__ import annotations

import sys
from typing import Any

from benchmarks.overhead.common import take_turns
from runner.jobs.driver import drive
from runner.jobs.predict import measured_job
from runner.spec import RunSpec


def work(spark: Any, spec: RunSpec) -> dict[str, float]:
    """Run the job turn by turn."""
    return take_turns(lambda part: measured_job(spark, part), spec)


if __name__ == "__main__":
    sys.exit(drive(sys.argv[1], sys.argv[2], work))
