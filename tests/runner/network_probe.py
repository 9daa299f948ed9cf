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
        "sizes": {name: describe_size(name) for name in ("inception_v4", "resnet50", "xception")},
        "blocks": describe_blocks(),
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


def describe_size(name: str) -> dict[str, int]:
    """Return the parameters of a network."""
    model = build_model(get_application(name), seed=0)
    return {"total": model.count_params(), "trainable": count(model.trainable_weights), "size": model.input_shape[1]}


def count(weights: list[Any]) -> int:
    """Return how many numbers there are in a list of weights."""
    return sum(int(np.prod(one.shape)) for one in weights)


def describe_blocks() -> dict[str, dict[str, Any]]:
    """Return output shape, trainable parameters and multiply-accumulates (millions) of Inception V4's blocks."""
    model = build_model(get_application("inception_v4"), seed=0)
    blocks = [
        layer.name for layer in model.layers if type(layer).__name__ == "Concatenate" and "_join_" not in layer.name
    ]
    return {name: describe_block(model, name) for name in blocks}


def describe_block(model: Any, name: str) -> dict[str, Any]:
    """Return what the facts about one block are compared with."""
    layers = [layer for layer in model.layers if layer.name.startswith(f"{name}_")]
    convolutions = [layer for layer in layers if type(layer).__name__ == "Conv2D"]
    work = sum(int(np.prod(layer.kernel.shape)) * int(np.prod(layer.output.shape[1:3])) for layer in convolutions)
    return {
        "output": list(model.get_layer(name).output.shape[1:]),
        "trainable": sum(count(layer.trainable_weights) for layer in layers),
        "mmac": work / 1e6,
        "convolutions": len(convolutions),
    }


def describe_resnet50() -> dict[str, Any]:
    """Return whether the seed decides its weights, and the threads that it computes with."""
    first = build_model(get_application("resnet50"), seed=0)
    again = build_model(get_application("resnet50"), seed=0)
    batch = tf.zeros((8, 224, 224, 3))
    first(batch, training=False)
    wall, cpu = time.perf_counter(), time.process_time()
    first(batch, training=False)
    return {
        "same_weights": bool(np.array_equal(first.get_weights()[0], again.get_weights()[0])),
        "cpu_per_wall": (time.process_time() - cpu) / (time.perf_counter() - wall),
        "preprocessed": get_application("resnet50").preprocess(tf.constant([[[[255.0, 128.0, 0.0]]]])).numpy().tolist(),
    }


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[3:], *sys.argv[1:3])))
