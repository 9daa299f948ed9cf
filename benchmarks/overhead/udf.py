"""The same job with pyspark's predict_batch_udf, as its documentation has it; a driver, started by the supervisor.

Its tensors are array columns: one UDF reads and decodes, the other predicts.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.overhead.common import load_photo, set_threads, take_turns
from runner.inputs.manifest import read_manifest
from runner.jobs.driver import drive
from runner.networks.applications import Application, build_model, get_application
from runner.spec import RunSpec


def work(spark: Any, spec: RunSpec) -> dict[str, float]:
    """Run the job turn by turn."""
    from pyspark.ml.functions import predict_batch_udf
    from pyspark.sql import functions as sql
    from pyspark.sql.types import ArrayType, FloatType, IntegerType

    application = get_application(spec.application)
    decode = sql.pandas_udf(_decoder(spec, application), ArrayType(FloatType()))
    predict = predict_batch_udf(
        lambda: _predictor(spec, application),
        return_type=IntegerType(),
        batch_size=spec.batch_size,
        input_tensor_shapes=[list(application.input_shape)],
    )

    def classify(part: RunSpec) -> None:
        ids = spark.range(0, part.images, 1, part.tasks)
        ids.select(predict(decode("id")).alias("class")).write.format("noop").mode("overwrite").save()

    return take_turns(classify, spec)


def _decoder(spec: RunSpec, application: Application) -> Callable[[Iterator[pd.Series]], Iterator[pd.Series]]:
    def decode(batches: Iterator[pd.Series]) -> Iterator[pd.Series]:
        set_threads(spec.task_cpus)
        images = read_manifest(spec.manifest)
        for ids in batches:
            yield pd.Series([load_photo(images[number].path, application).numpy().ravel() for number in ids])

    return decode


def _predictor(spec: RunSpec, application: Application) -> Callable[[np.ndarray], np.ndarray]:
    set_threads(spec.task_cpus)
    model = build_model(application, spec.seed)
    return lambda images: model.predict_on_batch(application.preprocess(images)).argmax(axis=1)


if __name__ == "__main__":
    sys.exit(drive(sys.argv[1], sys.argv[2], work))
