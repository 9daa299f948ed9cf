"""The Spark driver of one run: a fresh process, a fresh application, one measured job; see `runner.driver`.

Started by the supervisor as ``python -m runner.job SPEC MASTER``. Its results are the sums over all predictions.
"""

from __future__ import annotations

import sys
from typing import Any

from runner.driver import drive, manifest_for_workers
from runner.inference import SCHEMA, SECONDS, InferenceSpec, classify_batches
from runner.spec import RunSpec

EXAMPLES = 5  # of images that could not be read


def measured_job(spark: Any, spec: RunSpec) -> dict[str, Any]:
    """Predict every image of the run, each partition a task; return the sums, and the first images that failed."""
    from pyspark.sql import Observation
    from pyspark.sql import functions as sql

    work = InferenceSpec(spec.application, manifest_for_workers(spec), spec.batch_size, spec.task_cpus, spec.seed)
    totals = Observation("totals")
    failed, told = sql.col("error").isNotNull(), sql.concat_ws(": ", "image", "error")
    predictions = (
        spark.range(0, spec.images, 1, spec.tasks)
        .mapInArrow(classify_batches(work), SCHEMA)
        .observe(
            totals,
            sql.count("classes").alias("predictions"),
            sql.count("error").alias("corrupt_images"),
            sql.min_by(told, sql.when(failed, sql.col("id")), EXAMPLES).alias("corrupt_examples"),
            sql.sum("id").alias("id_sum"),
            *(sql.sum(name).alias(name) for name in SECONDS),
        )
    )
    # The sink takes every row and keeps none: predictions cannot be optimised away, and none reach the driver.
    predictions.write.format("noop").mode("overwrite").save()
    observed: dict[str, Any] = totals.get
    return observed


if __name__ == "__main__":
    sys.exit(drive(*sys.argv[1:3], measured_job))
