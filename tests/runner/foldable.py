"""Networks with normalisations in every place, and what is left of them once they are folded."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers

from runner.networks.folding import fold_normalization

SHAPE = (9, 8, 3)


def compare_folded(networks: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return of each network the normalisations before and after, and how far its predictions are apart.

    Parameters
    ----------
    networks : dict of str to keras.Model
        Large ones, looked at beside the small ones made here.
    """
    return {name: _compare(model) for name, model in (networks | _small_networks()).items()}


def _compare(model: Any) -> dict[str, Any]:
    rng = np.random.default_rng(0)
    for layer in _normalizations(model):
        layer.set_weights([rng.uniform(0.5, 1.5, one.shape) for one in layer.get_weights()])
    images = rng.random((2, *model.input_shape[1:]), dtype=np.float32)
    before, weights = np.asarray(model(images)), model.get_weights()
    folded = fold_normalization(model)
    unchanged = all(np.array_equal(*pair) for pair in zip(weights, model.get_weights(), strict=True))
    return {
        "before": len(_normalizations(model)),
        "after": len(_normalizations(folded)),
        "error": float(np.abs(np.asarray(folded(images)) - before).max() / np.abs(before).max()),
        "spread": float(np.ptp(before)),
        "unchanged": unchanged and np.array_equal(np.asarray(model(images)), before),
    }


def _normalizations(model: Any) -> list[Any]:
    return [layer for layer in model._flatten_layers() if isinstance(layer, layers.BatchNormalization)]


def _small_networks() -> dict[str, Any]:
    normalize, convolve = layers.BatchNormalization, layers.Conv2D
    images = keras.Input(SHAPE)
    once, shared = convolve(4, 3)(images), convolve(3, 3, padding="same")
    adapted = convolve(4, 3)
    with_adapter = adapted(images)
    adapted.enable_lora(2)
    inner_images = keras.Input((7, 6, 4))
    inner = keras.Model(inner_images, normalize()(convolve(2, 1)(inner_images)))
    made = {
        "without bias": normalize()(convolve(4, 3, use_bias=False)(images)),
        "without factor and shift": normalize(scale=False, center=False)(convolve(4, 3, strides=2)(images)),
        "depthwise": normalize()(layers.DepthwiseConv2D(3, depth_multiplier=2)(images)),
        "separable": normalize()(layers.SeparableConv2D(5, 3, use_bias=False)(images)),
        "in groups": normalize()(convolve(6, 3, groups=3)(images)),
        "also used as it is": layers.concatenate([once, normalize()(once)]),
        "two of one": layers.add([normalize()(once), normalize()(once)]),
        "called twice": layers.add([normalize()(shared(images)), normalize()(shared(shared(images)))]),
        "after an activation": normalize()(convolve(4, 3, activation="relu")(images)),
        "after an adapter": normalize()(with_adapter),
        "of rows": normalize(axis=1)(convolve(4, 3)(images)),
        "of its batch": normalize()(convolve(4, 3)(images), training=True),
        "first of all": convolve(4, 3)(normalize()(images)),
        "in a model within": inner(once),
    }
    models = {name: keras.Model(images, output) for name, output in made.items()}
    models["sequential"] = keras.Sequential([keras.Input(SHAPE), convolve(4, 3), normalize(), layers.Flatten()])
    return models
