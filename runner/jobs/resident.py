"""The heap regime: a partition's decoded images lie on the executor's heap while they are predicted, as in the paper.

One Python worker decodes the whole partition and hands it to Spark as a single row, an array with all pixels, which
Spark keeps in one Java array until the task is through; its elements go, a batch at a time, to a second worker that
predicts. The row cannot be spilled to disk: a heap that is too small for it ends in Java's own OutOfMemoryError.
"""

from __future__ import annotations

import functools
import gc
import time
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from runner.inputs.decoding import Decoder, ImageError, Pixels
from runner.inputs.manifest import read_manifest
from runner.jobs.inference import SCHEMA, Batches, InferenceSpec, load_once, make_batch
from runner.jobs.shipping import find
from runner.networks.applications import open_application
from runner.networks.classifier import Classifier, limit_threads

_ROLE = "SPARKCAST_ROLE"
_IMAGE = "id long, image string, pixels binary, error string, load_s double, decode_s double, cpu_s double"
_IMAGES = f"images array<struct<{_IMAGE}>>"
_FIELDS = pa.struct(
    [
        ("id", pa.int64()),
        ("image", pa.string()),
        ("pixels", pa.binary()),
        ("error", pa.string()),
        ("load_s", pa.float64()),
        ("decode_s", pa.float64()),
        ("cpu_s", pa.float64()),
    ]
)
_ROW = pa.schema([("images", pa.list_(_FIELDS))])


def predict_resident(ids: Any, spec: InferenceSpec) -> Any:
    """Return the frame of `runner.jobs.inference.SCHEMA` for a frame of image ids, by way of the heap."""
    # Spark hands a task any idle Python worker that has the same environment: so each does one thing, and loads one.
    environment = ids.sparkSession.sparkContext.environment
    environment[_ROLE] = "decode"
    decoded = ids.mapInArrow(decode_partition(spec), _IMAGES).selectExpr("inline(images)")
    environment[_ROLE] = "predict"
    return decoded.mapInArrow(classify_decoded(spec), SCHEMA)


def decode_partition(spec: InferenceSpec) -> Batches:
    """Return the first function for ``mapInArrow``: batches of image ids in, one row with all their pixels out."""

    def decode(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        reader, load_s = load_once(_reader, spec)
        images = [reader.read(number) for batch in batches for number in batch.column(0).to_pylist()]
        images[0]["load_s"] = load_s
        yield pa.RecordBatch.from_pylist([{"images": images}], schema=_ROW)

    return decode


def classify_decoded(spec: InferenceSpec) -> Batches:
    """Return the second function for ``mapInArrow``: batches of decoded images in, batches of `SCHEMA` out."""

    def classify(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            predictor, load_s = load_once(_predictor, spec)
            yield predictor.classify(batch, load_s)

    return classify


class Reader:
    """What a decoding worker keeps from task to task."""

    def __init__(self, spec: InferenceSpec) -> None:
        limit_threads(spec.threads)
        application = _open(spec)
        self._decoder = Decoder(application.input_shape, application.preprocess)
        self._images = read_manifest(find(spec.manifest))

    def read(self, number: int) -> dict[str, Any]:
        """Return the image at this position of the manifest, decoded, or what is wrong with it."""
        cpu, start = time.process_time(), time.perf_counter()
        image = self._images[number]
        found: dict[str, Any] = {"id": number, "image": image.text, "load_s": 0.0}
        try:
            found["pixels"] = self._decoder.decode(image).tobytes()
        except ImageError as error:
            found["error"] = str(error)
        return found | {"decode_s": time.perf_counter() - start, "cpu_s": time.process_time() - cpu}


class Predictor:
    """What a predicting worker keeps from task to task."""

    def __init__(self, spec: InferenceSpec) -> None:
        weights_file = find(spec.weights_file) if spec.weights_file else None
        self._classifier = Classifier(_open(spec), spec.batch_size, spec.threads, spec.seed, weights_file)
        self._pixels: Pixels = np.zeros(self._classifier.shape, dtype=np.float32)

    def classify(self, batch: pa.RecordBatch, load_s: float) -> pa.RecordBatch:
        """Return a batch of `SCHEMA` for decoded images."""
        cpu, start = time.process_time(), time.perf_counter()
        for row, pixels in enumerate(batch.column("pixels")):
            if pixels.is_valid:
                self._pixels[row] = np.frombuffer(pixels.as_buffer(), np.float32).reshape(self._pixels.shape[1:])
        best = self._classifier.predict(self._pixels)
        predict_s, cpu_s = time.perf_counter() - start, time.process_time() - cpu
        before = {name: sum(batch.column(name).to_pylist()) for name in ("load_s", "decode_s", "cpu_s")}
        decode_s = before["decode_s"]
        seconds = (load_s + before["load_s"], decode_s, predict_s, decode_s + predict_s, cpu_s + before["cpu_s"])
        ids, images, errors = (batch.column(name).to_pylist() for name in ("id", "image", "error"))
        return make_batch(ids, images, errors, best, seconds)


def _open(spec: InferenceSpec) -> Any:
    model_file = find(spec.model_file) if spec.model_file else None
    return open_application(spec.application, model_file, spec.preprocessing)


@functools.lru_cache(maxsize=1)
def _reader(spec: InferenceSpec) -> Reader:
    reader = Reader(spec)
    gc.freeze()  # see runner.jobs.inference
    return reader


@functools.lru_cache(maxsize=1)
def _predictor(spec: InferenceSpec) -> Predictor:
    predictor = Predictor(spec)
    gc.freeze()
    return predictor
