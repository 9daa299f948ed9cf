"""The CNNs that can be profiled: how each is built and what it wants to see.

TensorFlow is imported inside the functions: planning a campaign must not cost its 5-second import.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from runner.errors import RunnerError

# Mean of ImageNet's blue, green and red channel: what the Caffe-style preprocessing of ResNet50 subtracts.
IMAGENET_BGR_MEAN = (103.939, 116.779, 123.68)


@dataclass(frozen=True)
class Application:
    """One CNN.

    Parameters
    ----------
    name : str
        What users and run logs call it.
    input_size : int
        Height and width of the input, pixels.
    batch_size : int
        Most images in one forward pass.
    build : callable
        Makes the Keras model (random weights: they do not change how long a prediction takes).
    preprocess : callable
        Turns a float32 RGB tensor of shape (batch, input_size, input_size, 3), 0..255, into what the model expects.
    """

    name: str
    input_size: int
    batch_size: int
    build: Callable[[], Any]
    preprocess: Callable[[Any], Any]


def _resnet50() -> Any:
    import keras

    return keras.applications.ResNet50(weights=None)


def _bgr_minus_mean(images: Any) -> Any:
    import tensorflow as tf

    return tf.reverse(images, axis=[-1]) - tf.constant(IMAGENET_BGR_MEAN)


def _tiny_cnn() -> Any:
    import keras

    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            keras.layers.Conv2D(8, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(16, 3, activation="relu"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def _zero_to_one(images: Any) -> Any:
    return images / 255.0


APPLICATIONS = {
    application.name: application
    for application in (
        Application("resnet50", 224, 16, _resnet50, _bgr_minus_mean),
        Application("tiny_cnn", 32, 32, _tiny_cnn, _zero_to_one),
    )
}


def get_application(name: str) -> Application:
    """Return the application called `name`.

    Raises
    ------
    RunnerError
        When there is none; the message names the nearest one and all of them.
    """
    if name in APPLICATIONS:
        return APPLICATIONS[name]
    near = difflib.get_close_matches(name.lower(), APPLICATIONS, n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    raise RunnerError(f"--application: unknown application {name!r}; {hint}(known: {', '.join(APPLICATIONS)})")


def build_model(application: Application, seed: int) -> Any:
    """Build the Keras model with random weights drawn from `seed`."""
    import keras

    keras.utils.set_random_seed(seed)
    return application.build()
