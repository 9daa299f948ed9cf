"""The CNNs that can be profiled: how each is built and what it wants to see.

TensorFlow is imported inside the functions: planning a campaign must not cost its 5-second import.
"""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner.errors import RunnerError
from runner.networks.inception_v4 import build_inception_v4
from runner.networks.model_file import inspect_model, load_model
from runner.networks.preprocessing import PREPROCESSING

BATCH_SIZE = 16
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True)
class Application:
    """One CNN.

    Parameters
    ----------
    name : str
        What users and run logs call it.
    input_shape : tuple of int
        Height and width of the input in pixels, and its channels.
    preprocessing : str
        What happens to pixels first, a key of `PREPROCESSING`.
    build : callable
        Makes the Keras model; with random weights, unless it comes from a file.
    batch_size : int
        Most images in one forward pass.
    model_file : Path or None
        The model's file, when a user brought it.
    model_sha256 : str or None
        Of that file.
    weights_file : Path or None
        Weights to load instead of random ones.
    """

    name: str
    input_shape: tuple[int, int, int]
    preprocessing: str
    build: Callable[[], Any]
    batch_size: int = BATCH_SIZE
    model_file: Path | None = None
    model_sha256: str | None = None
    weights_file: Path | None = None

    @property
    def is_trained(self) -> bool:
        """Whether its weights come from somebody's training: only then its predictions mean something."""
        return self.model_file is not None or self.weights_file is not None

    @property
    def input_size(self) -> int:
        """Longer side of the input, in pixels."""
        return max(self.input_shape[:2])

    def preprocess(self, images: Any) -> Any:
        """Turn a float32 tensor of shape (..., height, width, channels), 0..255, into what the network expects."""
        return PREPROCESSING[self.preprocessing](images)


def _resnet50() -> Any:
    import keras

    return keras.applications.ResNet50(weights=None)


def _xception() -> Any:
    import keras

    return keras.applications.Xception(weights=None)


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


APPLICATIONS = {
    application.name: application
    for application in (
        Application("inception_v4", (299, 299, 3), "minus_one_to_one", build_inception_v4),
        Application("resnet50", (224, 224, 3), "bgr_minus_mean", _resnet50),
        Application("xception", (299, 299, 3), "minus_one_to_one", _xception),
        Application("tiny_cnn", (32, 32, 3), "zero_to_one", _tiny_cnn, batch_size=32),
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
    raise RunnerError(
        f"--application: unknown application {name!r}; {hint}(known: {', '.join(APPLICATIONS)}; "
        "a Keras model of your own: --model FILE)"
    )


def read_application(path: Path, name: str | None = None, preprocessing: str = "none") -> Application:
    """Return the application that a Keras model file makes.

    Parameters
    ----------
    path : Path
        The ``.keras`` file.
    name : str, optional
        What to call it; by default the file's name without its ending.
    preprocessing : str
        What the model was trained to see, a key of `PREPROCESSING`.

    Raises
    ------
    RunnerError
        When the file is not safe to load, or the name cannot be used.
    """
    file = inspect_model(path)
    if preprocessing not in PREPROCESSING:
        raise RunnerError(f"--preprocessing: unknown {preprocessing!r} (known: {', '.join(PREPROCESSING)})")
    build = functools.partial(load_model, file.path)
    return Application(
        _check_name(name or path.stem), file.input_shape, preprocessing, build, BATCH_SIZE, file.path, file.sha256
    )


def open_application(name: str, model_file: Path | None, preprocessing: str) -> Application:
    """Return the application that a run's order sheet names: one of ours, or a user's model file."""
    return read_application(model_file, name, preprocessing) if model_file else get_application(name)


def _check_name(name: str) -> str:
    if name in APPLICATIONS:
        raise RunnerError(f"--application: {name!r} is one that Sparkcast brings; call the one in --model differently")
    if not _NAME.fullmatch(name):
        raise RunnerError(
            f"--application: {name!r} is no name for the one in --model; use 1 to 100 letters, digits, '.', '_' and '-'"
        )
    return name


def build_model(application: Application, seed: int) -> Any:
    """Return the Keras model; random weights are drawn from `seed`."""
    import keras

    keras.utils.set_random_seed(seed)
    return application.build()
