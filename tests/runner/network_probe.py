"""Looks at the real networks in a process of its own, and prints what it saw as JSON.

Started by test_applications.py and test_inference.py: TensorFlow's threads are set once a process.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from runner.applications import build_model, get_application
from runner.inference import Classifier, ImageError, InferenceSpec, classify_batches


def main(photos: list[str], broken: str, manifest: str) -> dict[str, Any]:
    """Return everything that the tests ask."""
    Path(manifest).write_text(json.dumps(photos), encoding="utf-8")
    spec = InferenceSpec("tiny_cnn", manifest, batch_size=4, threads=1, seed=0)
    classifier = Classifier(spec)
    return {
        "threads": [
            tf.config.threading.get_intra_op_parallelism_threads(),
            tf.config.threading.get_inter_op_parallelism_threads(),
        ],
        "broken": error_of(classifier, broken),
        "missing": error_of(classifier, broken + ".gone"),
        "alone": np.concatenate([classifier.predict(classifier.decode([path]))[1][:1] for path in photos]).tolist(),
        "batches": predict_in_batches(spec, len(photos)),
        "resnet50": describe_resnet50(),
    }


def error_of(classifier: Classifier, path: str) -> str:
    """Return what decoding says about a file."""
    try:
        classifier.decode([path])
    except ImageError as error:
        return str(error)
    return "no error"


def predict_in_batches(spec: InferenceSpec, images: int) -> list[dict[str, list[Any]]]:
    """Return what Spark would get for two batches, of which the last is not full."""
    import pyarrow as pa

    ids = list(range(images))
    chunks = [ids[:4], ids[4:]]
    batches = (pa.RecordBatch.from_arrays([pa.array(chunk, pa.int64())], names=["id"]) for chunk in chunks)
    return [batch.to_pydict() for batch in classify_batches(spec)(batches)]


def describe_resnet50() -> dict[str, Any]:
    """Return the size of the network, whether the seed decides its weights, and the threads that it computes with."""
    first = build_model(get_application("resnet50"), seed=0)
    again = build_model(get_application("resnet50"), seed=0)
    batch = tf.zeros((8, 224, 224, 3))
    first(batch, training=False)
    wall, cpu = time.perf_counter(), time.process_time()
    first(batch, training=False)
    return {
        "total": first.count_params(),
        "trainable": sum(int(np.prod(weights.shape)) for weights in first.trainable_weights),
        "same_weights": bool(np.array_equal(first.get_weights()[0], again.get_weights()[0])),
        "cpu_per_wall": (time.process_time() - cpu) / (time.perf_counter() - wall),
        "preprocessed": get_application("resnet50").preprocess(tf.constant([[[[255.0, 128.0, 0.0]]]])).numpy().tolist(),
    }


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[3:], *sys.argv[1:3])))
