"""Looks at the real networks in a process of its own, and prints what it saw as JSON.

Started by the fixture `networks`: TensorFlow's threads are set once a process, and its import takes seconds. So this
also makes the models that other tests bring.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pyarrow as pa
import tensorflow as tf

from runner.inputs.decoding import Decoder, ImageError
from runner.inputs.manifest import ImageRef, write_manifest
from runner.jobs.inference import InferenceSpec, classify_batches
from runner.networks.applications import build_model, get_application
from runner.networks.classifier import Classifier
from tests.runner.foldable import compare_folded
from tests.runner.samples import BROKEN

TRAINED_WEIGHTS = "tiny.weights.h5"


def main(folder: Path, samples: Path, photos: Sequence[str]) -> dict[str, Any]:
    """Return everything that the tests ask.

    Parameters
    ----------
    folder : Path
        Where to write.
    samples : Path
        What `tests.runner.samples` wrote.
    photos : sequence of str
        Six photos.
    """
    mixed = [*photos[:3], str(samples / "text.jpg"), *photos[3:], str(samples / "missing.jpg")]
    predicted = {  # first, because the threads are set before any other operation
        "batches": predict(folder, photos, [[0, 1, 2, 3], [4, 5]]),
        "alone": predict(folder, photos, [[number] for number in range(len(photos))]),
        "mixed": predict(folder, mixed, [[0, 1, 2, 3], [4, 5, 6, 7]]),
    }
    models = {name: build_model(get_application(name), seed=0) for name in ("inception_v4", "resnet50", "xception")}
    return {
        **predicted,
        "threads": [
            tf.config.threading.get_intra_op_parallelism_threads(),
            tf.config.threading.get_inter_op_parallelism_threads(),
        ],
        "decoded": decode_all(samples),
        "sizes": {name: describe_size(model) for name, model in models.items()},
        "blocks": describe_blocks(models["inception_v4"]),
        "resnet50": describe_resnet50(models["resnet50"]),
        "folded": compare_folded(models),
        "seeds": [float(np.sum(build_model(get_application("tiny_cnn"), seed).get_weights()[0])) for seed in (0, 0, 1)],
        "trained": classify_alone(folder / TRAINED_WEIGHTS, samples, photos),
        **save_models(folder),
    }


def save_models(folder: Path) -> dict[str, str]:
    """Save two models of users: one for wide grey images, with its optimiser, and one with large inputs."""
    layers = keras.layers
    grey = keras.Sequential([keras.Input((20, 30, 1)), layers.Flatten(), layers.Dense(3, "softmax")])
    grey.compile("adam", "categorical_crossentropy")
    large = keras.Sequential([keras.Input((896, 896, 3)), layers.GlobalAveragePooling2D(), layers.Dense(3)])
    grey.save(folder / "grey.keras")
    large.save(folder / "large.keras")
    return {"grey": str(folder / "grey.keras"), "large": str(folder / "large.keras")}


def classify_alone(weights: Path, samples: Path, photos: Sequence[str]) -> dict[str, Any]:
    """Save weights that could be trained ones, and return what they make of the images that can be read."""
    application = get_application("tiny_cnn")
    build_model(application, 123).save_weights(weights)
    good = [path for path in sorted(samples.iterdir()) if path.name not in BROKEN and path.suffix != ".bin"]
    images = [*good, *map(Path, photos)]
    decoder = Decoder(application.input_shape, application.preprocess)
    pixels = np.stack([decoder.decode(ImageRef(str(path))) for path in images])
    classes, _ = Classifier(application, len(images), 1, 0, weights).predict(pixels)
    found = {path.name: one.tolist() for path, one in zip(images, classes, strict=True)}
    return {"weights": str(weights), "classes": found}


def predict(folder: Path, files: Sequence[str], batches: Sequence[Sequence[int]]) -> list[dict[str, list[Any]]]:
    """Return what Spark would get for batches of at most four images."""
    manifest = folder / f"{len(list(folder.iterdir()))}.json"  # a worker keeps what it read under a name
    write_manifest(manifest, [ImageRef(file) for file in files])
    spec = InferenceSpec("tiny_cnn", str(manifest), batch_size=4, threads=1, seed=0)
    given = (pa.RecordBatch.from_arrays([pa.array(batch, pa.int64())], names=["id"]) for batch in batches)
    return [batch.to_pydict() for batch in classify_batches(spec)(given)]


def decode_all(samples: Path) -> dict[str, Any]:
    """Return the 2 x 2 pixels of each sample in colour, of one in grey too, or why there are none."""
    colour, grey = Decoder((2, 2, 3)), Decoder((2, 2, 1))
    images = [ImageRef(str(path)) for path in samples.iterdir() if path.suffix != ".bin"]
    images += [ImageRef(str(samples / "data_batch_1.bin"), record) for record in (0, 1, 2)]
    images.append(ImageRef(str(samples / "missing.jpg")))
    return {image.name: decode(colour, image) for image in images} | {
        "rgb in grey": decode(grey, ImageRef(str(samples / "rgb.png")))
    }


def decode(decoder: Decoder, image: ImageRef) -> Any:
    """Return the pixels, or the reason why there are none."""
    try:
        return decoder.decode(image).tolist()
    except ImageError as error:
        return str(error)


def describe_size(model: Any) -> dict[str, int]:
    """Return the parameters of a network."""
    return {"total": model.count_params(), "trainable": count(model.trainable_weights), "size": model.input_shape[1]}


def count(weights: list[Any]) -> int:
    """Return how many numbers there are in a list of weights."""
    return sum(int(np.prod(one.shape)) for one in weights)


def describe_blocks(model: Any) -> dict[str, dict[str, Any]]:
    """Return output shape, trainable parameters and multiply-accumulates (millions) of Inception V4's blocks."""
    joins = [layer.name for layer in model.layers if type(layer).__name__ == "Concatenate"]
    return {name: describe_block(model, name) for name in joins if "_join_" not in name}


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


def describe_resnet50(model: Any) -> dict[str, Any]:
    """Return the threads that it computes with, and what it sees of a pixel."""
    batch = tf.zeros((8, 224, 224, 3))
    model(batch, training=False)
    wall, cpu = time.perf_counter(), time.process_time()
    model(batch, training=False)
    return {
        "cpu_per_wall": (time.process_time() - cpu) / (time.perf_counter() - wall),
        "preprocessed": get_application("resnet50").preprocess(tf.constant([[[[255.0, 128.0, 0.0]]]])).numpy().tolist(),
    }


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])))
