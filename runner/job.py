"""The Spark driver of one run: a fresh process, a fresh application, one measured job.

Started by the supervisor as ``python -m runner.job SPEC MASTER``. It writes `RESULT_FILE` beside the spec, with the
sums over all predictions or with the reason why there are none, and exits with 0 or 1.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from runner.conf import spark_conf
from runner.inference import SCHEMA, SECONDS, InferenceSpec, classify_batches
from runner.spec import RESULT_FILE, RunSpec, write_result

LONGEST_ERROR = 20_000


class ExecutorsMissingError(Exception):
    """Not all executors registered in time."""


def main(spec_file: str, master: str) -> int:
    """Run the job; see the module's text."""
    spec = RunSpec.read(Path(spec_file))
    try:
        result = {"ok": True} | execute(spec, master)
    except ExecutorsMissingError as error:
        result = {"ok": False, "failure_kind": "launch", "error": str(error)}
    except Exception as error:  # whatever ends the driver is the run's result
        result = {"ok": False, "failure_kind": None, "error": f"{type(error).__name__}: {error}"[:LONGEST_ERROR]}
    write_result(spec.folder / RESULT_FILE, result)
    return 0 if result["ok"] else 1


def execute(spec: RunSpec, master: str) -> dict[str, Any]:
    """Start the application, wait for its executors, run the job and stop."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder
    for key, value in spark_conf(spec, master).items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    try:
        _wait_for_executors(spark, len(spec.executor_cores), spec.launch_timeout_s)
        return _measured_job(spark, spec)
    finally:
        spark.stop()


def _wait_for_executors(spark: Any, wanted: int, timeout_s: float) -> None:
    # A job that starts while executors are still coming up measures the launch of JVMs.
    tracker = spark.sparkContext._jsc.sc().statusTracker()
    deadline = time.monotonic() + timeout_s
    registered = 0
    while time.monotonic() < deadline:
        registered = len(tracker.getExecutorInfos()) - 1  # the driver is in the list
        if registered >= wanted:
            return
        time.sleep(0.05)
    raise ExecutorsMissingError(f"{registered} of {wanted} executors registered within {timeout_s:g} s")


def _measured_job(spark: Any, spec: RunSpec) -> dict[str, Any]:
    from pyspark.sql import Observation
    from pyspark.sql import functions as sql

    work = InferenceSpec(spec.application, str(spec.manifest), spec.batch_size, spec.task_cpus, spec.seed)
    totals = Observation("totals")
    sums = [sql.sum(name).alias(name) for name in SECONDS]
    predictions = (
        spark.range(0, spec.images, 1, spec.tasks)
        .mapInArrow(classify_batches(work), SCHEMA)
        .observe(totals, sql.count("class").alias("predictions"), sql.sum("id").alias("id_sum"), *sums)
    )
    # The sink takes every row and keeps none: predictions cannot be optimised away, and none reach the driver.
    predictions.write.format("noop").mode("overwrite").save()
    observed: dict[str, Any] = totals.get
    return observed


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
