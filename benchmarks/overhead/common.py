"""What the three arms of `benchmarks/runner_overhead.py` share."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from typing import Any

from runner.networks.applications import Application
from runner.spec import RunSpec

WARM_UP_BATCHES = 4


def timed(work: Callable[[RunSpec], Any], spec: RunSpec) -> dict[str, float]:
    """Return the seconds of a few batches, in which everything is loaded and compiled, and of all images after that."""
    few = dataclasses.replace(spec, images=min(spec.images, WARM_UP_BATCHES * spec.batch_size), tasks=1)
    start = time.perf_counter()
    work(few)
    warm = time.perf_counter()
    work(spec)
    return {"warm_up_s": warm - start, "seconds": time.perf_counter() - warm}


def load_photo(path: str, application: Application) -> Any:
    """Return the pixels of a photo, as anybody would with TensorFlow."""
    import tensorflow as tf

    return tf.image.resize(tf.io.decode_jpeg(tf.io.read_file(path), channels=3), application.input_shape[:2])


def set_threads(threads: int) -> None:
    """Let TensorFlow compute with so many threads."""
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
