"""The measured work, inside Spark's Python workers: read, decode, predict, batch by batch.

A worker process loads the model once and keeps it for all its tasks. Each batch has the same shape, so the prediction
is traced once; each is handed on as soon as it is predicted.
"""

from __future__ import annotations

import functools
import gc
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from runner.inputs.decoding import Decoder, ImageError, Pixels
from runner.inputs.manifest import ImageRef, read_manifest
from runner.jobs.shipping import find
from runner.networks.applications import open_application
from runner.networks.classifier import Classifier

# One row an image: its best classes and their scores, best first, or why there are none. The seconds of a batch stand
# on its first row and are 0 on the others, so that sums are right. wall_s and cpu_s cover decoding and prediction:
# elapsed, and of all threads of the process.
SCHEMA = (
    "id long, image string, classes array<int>, scores array<float>, error string, "
    "load_s double, decode_s double, predict_s double, wall_s double, cpu_s double"
)
SECONDS = ("load_s", "decode_s", "predict_s", "wall_s", "cpu_s")
Batches = Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]


@dataclass(frozen=True)
class InferenceSpec:
    """What a Python worker must know; see `runner.spec.RunSpec`. Files go by the names that shipping gave them."""

    application: str
    manifest: str
    batch_size: int
    threads: int
    seed: int
    model_file: str | None = None
    preprocessing: str = "none"
    weights_file: str | None = None


class Worker:
    """What a worker process keeps from task to task: images to find, a decoder and a network."""

    def __init__(self, spec: InferenceSpec) -> None:
        model_file, weights_file = (find(name) if name else None for name in (spec.model_file, spec.weights_file))
        application = open_application(spec.application, model_file, spec.preprocessing)
        self._classifier = Classifier(application, spec.batch_size, spec.threads, spec.seed, weights_file)
        self._decoder = Decoder(application.input_shape, application.preprocess)
        self._images = read_manifest(find(spec.manifest))
        self._pixels: Pixels = np.zeros(self._classifier.shape, dtype=np.float32)

    def classify(self, ids: Sequence[int], load_s: float) -> pa.RecordBatch:
        """Return a batch of `SCHEMA` for the images at these positions of the manifest."""
        cpu, start = time.process_time(), time.perf_counter()
        errors = [self._decode(row, self._images[number]) for row, number in enumerate(ids)]
        decoded = time.perf_counter()
        classes, scores = self._classifier.predict(self._pixels)
        predicted, cpu_s = time.perf_counter(), time.process_time() - cpu
        seconds = (load_s, decoded - start, predicted - decoded, predicted - start, cpu_s)
        return make_batch(ids, [self._images[number].text for number in ids], errors, (classes, scores), seconds)

    def _decode(self, row: int, image: ImageRef) -> str | None:
        """Put an image into its row of the batch; return what is wrong with it."""
        try:
            self._pixels[row] = self._decoder.decode(image)
        except ImageError as error:
            return str(error)
        return None


def make_batch(
    ids: Sequence[int],
    images: Sequence[str],
    errors: Sequence[str | None],
    best: tuple[Any, Any],
    seconds: Sequence[float],
) -> pa.RecordBatch:
    """Return a batch of `SCHEMA`; `best` are classes and scores of its rows, `seconds` go in the order of `SECONDS`."""
    classes, scores = best
    columns = [
        pa.array(ids, pa.int64()),
        pa.array(images, pa.string()),
        pa.array(_where_fine(errors, classes), pa.list_(pa.int32())),
        pa.array(_where_fine(errors, scores), pa.list_(pa.float32())),
        pa.array(errors, pa.string()),
        *(pa.array([value] + [0.0] * (len(ids) - 1)) for value in seconds),
    ]
    return pa.RecordBatch.from_arrays(columns, names=["id", "image", "classes", "scores", "error", *SECONDS])


def _where_fine(errors: Sequence[str | None], values: Any) -> list[Any]:
    # Rows beyond the last image, and rows of corrupt ones, hold what an earlier batch left there: nobody asks them.
    return [value.tolist() if error is None else None for error, value in zip(errors, values, strict=False)]


@functools.lru_cache(maxsize=1)
def _worker(spec: InferenceSpec) -> Worker:
    worker = Worker(spec)
    # PySpark collects garbage after every task; over TensorFlow's half a million objects that takes 0.25 s each time.
    # They stay to the end anyway: keep the collector off them.
    gc.freeze()
    return worker


def classify_batches(spec: InferenceSpec) -> Batches:
    """Return the function for Spark's ``mapInArrow``: batches of image ids in, batches of `SCHEMA` out.

    An id is a position in the manifest. A batch from Spark holds at most `spec.batch_size` ids.
    """

    def classify(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            worker, load_s = load_once(_worker, spec)
            yield worker.classify(batch.column(0).to_pylist(), load_s)

    return classify


def load_once(make: Any, spec: InferenceSpec) -> tuple[Any, float]:
    """Return what a cached function makes of `spec`, and the seconds it took; 0 when it was there."""
    loads, started = make.cache_info().misses, time.perf_counter()
    made = make(spec)
    return made, time.perf_counter() - started if make.cache_info().misses > loads else 0.0
