"""The Spark driver of one run: a fresh process, a fresh application, one measured job; see `runner.jobs.driver`.

Started by the supervisor as ``python -m runner.jobs.predict SPEC MASTER``. Its results are sums over all predictions.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from runner.jobs.driver import drive
from runner.jobs.inference import SCHEMA, SECONDS, InferenceSpec, classify_batches
from runner.jobs.resident import predict_resident
from runner.jobs.shipping import name_for_workers
from runner.spec import RunSpec
from store.memory import HEAP

EXAMPLES = 5  # of images that could not be read


def measured_job(spark: Any, spec: RunSpec) -> dict[str, Any]:
    """Predict every image of the run, each partition a task; return the sums, and the first images that failed."""
    from pyspark.sql import Observation
    from pyspark.sql import functions as sql

    totals = Observation("totals")
    failed, told = sql.col("error").isNotNull(), sql.concat_ws(": ", sql.substring_index("image", "/", -1), "error")
    predictions = _predict(spark.range(0, spec.images, 1, spec.tasks), spec).observe(
        totals,
        sql.count("classes").alias("predictions"),
        sql.count("error").alias("corrupt_images"),
        sql.min_by(told, sql.when(failed, sql.col("id")), EXAMPLES).alias("corrupt_examples"),
        sql.sum("id").alias("id_sum"),
        sql.count_if(sql.col("load_s") > 0).alias("model_loads"),
        *(sql.sum(name).alias(name) for name in SECONDS),
    )
    _save(predictions, spec)
    observed: dict[str, Any] = totals.get
    return observed | {"corrupt_examples": observed["corrupt_examples"] or []}


def _predict(ids: Any, spec: RunSpec) -> Any:
    work = _inference_spec(spec)
    return predict_resident(ids, work) if spec.memory_regime == HEAP else ids.mapInArrow(classify_batches(work), SCHEMA)


def _save(predictions: Any, spec: RunSpec) -> None:
    """Write every row from where it was made: none can be optimised away, and none reaches the driver."""
    if spec.output is None:
        predictions.write.format("noop").mode("overwrite").save()
        return
    labelled = predictions.select("image", "classes", _labels(spec.labels).alias("labels"), "scores", "error")
    labelled.write.parquet(f"file://{spec.output}")  # not an URI: Spark takes %20 for what it is


def _labels(names: Sequence[str]) -> Any:
    from pyspark.sql import functions as sql

    if not names:
        return sql.lit(None).cast("array<string>")
    known = sql.array(*(sql.lit(name) for name in names))
    return sql.transform("classes", lambda number: sql.get(known, number))


def _inference_spec(spec: RunSpec) -> InferenceSpec:
    model_file, weights_file = (
        name_for_workers(spec, file) if file else None for file in (spec.model_file, spec.weights_file)
    )
    return InferenceSpec(
        application=spec.application,
        manifest=name_for_workers(spec, spec.manifest),
        batch_size=spec.batch_size,
        threads=spec.task_cpus,
        seed=spec.seed,
        model_file=model_file,
        preprocessing=spec.preprocessing,
        weights_file=weights_file,
    )


if __name__ == "__main__":
    sys.exit(drive(sys.argv[1], sys.argv[2], measured_job))
