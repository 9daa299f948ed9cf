"""The measured work, inside Spark's Python workers: read, decode, predict, batch by batch.

A worker process loads TensorFlow and the model once and keeps them for all its tasks. Each batch has the same shape,
so the prediction is traced once; each is handed on as soon as it is predicted.
"""

from __future__ import annotations

import functools
import gc
import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from runner.applications import build_model, get_application

# One row an image. The seconds of a batch stand on its first row and are 0 on the others, so that sums are right.
# wall_s and cpu_s cover decoding and prediction: elapsed, and of all threads of the process.
SCHEMA = (
    "id long, class int, score float, load_s double, decode_s double, predict_s double, wall_s double, cpu_s double"
)
SECONDS = ("load_s", "decode_s", "predict_s", "wall_s", "cpu_s")
Batches = Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]


@dataclass(frozen=True)
class InferenceSpec:
    """What a Python worker must know."""

    application: str
    manifest: str
    batch_size: int
    threads: int
    seed: int


class ImageError(Exception):
    """An image that cannot be read or decoded."""


class Classifier:
    """A model in a worker process, with fixed batch shape and a fixed number of threads."""

    def __init__(self, spec: InferenceSpec) -> None:
        import tensorflow as tf

        # Before the first operation: TensorFlow's pools cannot change later, and by default take every visible CPU.
        tf.config.threading.set_intra_op_parallelism_threads(spec.threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)
        application = get_application(spec.application)
        model = build_model(application, spec.seed)
        size = application.input_size
        self._shape = (spec.batch_size, size, size, 3)

        def decode(contents: Any) -> Any:
            return tf.image.resize(tf.io.decode_jpeg(contents, channels=3), (size, size))

        def predict(images: Any) -> Any:
            scores = model(application.preprocess(images), training=False)
            return tf.argmax(scores, axis=1, output_type=tf.int32), tf.reduce_max(scores, axis=1)

        self._decode = tf.function(decode).get_concrete_function(tf.TensorSpec((), tf.string))
        self._predict = tf.function(predict).get_concrete_function(tf.TensorSpec(self._shape, tf.float32))

    def decode(self, paths: Iterable[str]) -> npt.NDArray[np.float32]:
        """Read and decode images into a full batch; rows beyond the last image stay zero.

        Raises
        ------
        ImageError
            Naming the file that cannot be read or is no JPEG.
        """
        import tensorflow as tf

        images = np.zeros(self._shape, dtype=np.float32)
        for row, path in enumerate(paths):
            try:
                images[row] = self._decode(tf.constant(Path(path).read_bytes())).numpy()
            except (OSError, tf.errors.InvalidArgumentError) as error:
                raise ImageError(f"cannot decode {path}: {str(error).splitlines()[0]}") from error
        return images

    def predict(self, images: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
        """Return the best class of each row and its score."""
        import tensorflow as tf

        classes, scores = self._predict(tf.constant(images))
        return classes.numpy(), scores.numpy()


@functools.lru_cache(maxsize=1)
def _classifier(spec: InferenceSpec) -> Classifier:
    classifier = Classifier(spec)
    # PySpark collects garbage after every task; over TensorFlow's half a million objects that takes 0.25 s each time.
    # They stay to the end anyway: keep the collector off them.
    gc.freeze()
    return classifier


@functools.lru_cache(maxsize=1)
def _paths(manifest: str) -> list[str]:
    paths: list[str] = json.loads(Path(manifest).read_text(encoding="utf-8"))
    return paths


def classify_batches(spec: InferenceSpec) -> Batches:
    """Return the function for Spark's ``mapInArrow``: batches of image ids in, batches of `SCHEMA` out.

    An id is a position in the manifest. A batch from Spark holds at most `spec.batch_size` ids.
    """

    def classify(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            started = time.perf_counter()
            classifier, paths = _classifier(spec), _paths(spec.manifest)
            load_s = time.perf_counter() - started
            yield _classify(classifier, paths, batch.column(0).to_pylist(), load_s)

    return classify


def _classify(classifier: Classifier, paths: list[str], ids: list[int], load_s: float) -> pa.RecordBatch:
    cpu, start = time.process_time(), time.perf_counter()
    images = classifier.decode(paths[number] for number in ids)
    decoded = time.perf_counter()
    classes, scores = classifier.predict(images)
    predicted, cpu_s = time.perf_counter(), time.process_time() - cpu
    seconds = (load_s, decoded - start, predicted - decoded, predicted - start, cpu_s)
    count = len(ids)
    columns = [pa.array(ids, pa.int64()), pa.array(classes[:count]), pa.array(scores[:count])]
    columns += [pa.array([value] + [0.0] * (count - 1)) for value in seconds]
    return pa.RecordBatch.from_arrays(columns, names=["id", "class", "score", *SECONDS])
