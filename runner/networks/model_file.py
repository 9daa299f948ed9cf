"""Keras model files that users bring: looked at before Keras sees them, and loaded without anything that can run code.

A ``.keras`` file is a zip archive: the layers as JSON, and weights. Keras' safe mode refuses layers with code in them,
but has been bypassed several times (CVE-2025-1550, -8747, -9906) by configurations that name functions which are no
layers, and says nothing about old HDF5 models (CVE-2025-9905). So everything that a configuration names must come from
the few Keras modules of which networks are made.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner.errors import RunnerError

SUFFIX = ".keras"
CONFIG = "config.json"
LARGEST_CONFIG = 64 * 1024**2
CHANNELS = (1, 3)
_FUNCTION_MODULES = frozenset({"builtins", "keras.activations"})  # builtins: what Keras calls its own
_CLASS_MODULES = frozenset(
    {
        "keras",
        "keras.activations",
        "keras.constraints",
        "keras.dtype_policies",
        "keras.initializers",
        "keras.layers",
        "keras.losses",
        "keras.metrics",
        "keras.models",
        "keras.optimizers",
        "keras.regularizers",
        "keras.src.models.functional",
        "keras.src.models.sequential",
        "keras.src.ops.core",
        "keras.src.ops.image",
        "keras.src.ops.math",
        "keras.src.ops.nn",
        "keras.src.ops.numpy",
    }
)
# These run code of the file's author, or open other files.
_REFUSED = frozenset(
    {
        "__lambda__",
        "__typespec__",
        "FlaxLayer",
        "IntegerLookup",
        "JaxLayer",
        "Lambda",
        "StringLookup",
        "TextVectorization",
        "TFSMLayer",
        "TorchModuleWrapper",
    }
)
# Values that Keras writes down in this way; they have no module.
_VALUES = frozenset({"__bytes__", "__ellipsis__", "__keras_tensor__", "__numpy__", "__slice__", "__tensor__"})


@dataclass(frozen=True)
class ModelFile:
    """A model file that passed the inspection.

    Parameters
    ----------
    path : Path
    input_shape : tuple of int
        Height and width in pixels, channels.
    sha256 : str
        Of the whole file.
    """

    path: Path
    input_shape: tuple[int, int, int]
    sha256: str


def inspect_model(path: Path) -> ModelFile:
    """Look at a model file without loading it.

    Raises
    ------
    RunnerError
        When it is no Keras 3 model file, holds anything that could run code, or does not take one image.
    """
    config = _read_config(path)
    for named in _named(config):
        _check_named(path, named)
    return ModelFile(path.resolve(), _input_shape(path, config), _sha256(path))


def load_model(path: Path) -> Any:
    """Return the Keras model, inspected, without its optimiser and without custom code.

    Raises
    ------
    RunnerError
        When it is refused, or when Keras cannot make a model of it.
    """
    import keras

    inspect_model(path)
    try:
        return keras.saving.load_model(path, custom_objects=None, compile=False, safe_mode=True)
    except Exception as error:  # a file can be wrong in as many ways as Keras has errors
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise RunnerError(f"--model: Keras cannot load {path.name}: {reason}") from error


def check_unchanged(path: Path, sha256: str) -> None:
    """Return when a model file is still the one that was inspected.

    Raises
    ------
    RunnerError
        When it is another one now, or gone.
    """
    if not path.is_file() or _sha256(path) != sha256:
        raise RunnerError(
            f"--model: {path} has changed since the command started, so the run that just ended is not kept; put the "
            "old file back, or give the command again for the new one (with another --campaign where it names one)"
        )


def _read_config(path: Path) -> dict[str, Any]:
    if path.suffix != SUFFIX:
        raise RunnerError(f"--model: {path} is not a {SUFFIX} file; save the model with model.save('NAME{SUFFIX}')")
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.getinfo(CONFIG).file_size > LARGEST_CONFIG:
                raise RunnerError(f"--model: the {CONFIG} in {path} is larger than any network's")
            config = json.loads(archive.read(CONFIG))
    except FileNotFoundError as error:
        raise RunnerError(f"--model: there is no file {path}") from error
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, RecursionError) as error:
        raise RunnerError(f"--model: {path} is not a Keras 3 model file ({error})") from error
    if not isinstance(config, dict):
        raise RunnerError(f"--model: {path} is not a Keras 3 model file (its {CONFIG} is no object)")
    return config


def _named(config: Any) -> Iterator[dict[str, Any]]:
    """Go through everything in a configuration that Keras would look up by name."""
    if isinstance(config, dict):
        if "class_name" in config:
            yield config
        for value in config.values():
            yield from _named(value)
    elif isinstance(config, list):
        for value in config:
            yield from _named(value)


def _check_named(path: Path, named: dict[str, Any]) -> None:
    kind, module, registered = named["class_name"], named.get("module"), named.get("registered_name")
    if kind in _REFUSED:
        raise RunnerError(f"--model: {path} holds a {kind}, which can run code or open files; it is not loaded")
    function = kind == "function"
    name = named.get("config") if function else kind
    custom = registered not in (None, kind)
    known = module in (_FUNCTION_MODULES if function else _CLASS_MODULES) or kind in _VALUES
    if custom or not known or not str(name).isidentifier():
        shown = registered if custom else f"{module}.{name}"
        raise RunnerError(f"--model: {path} needs {shown}, which is not part of Keras' networks; it is not loaded")


def _input_shape(path: Path, config: dict[str, Any]) -> tuple[int, int, int]:
    inner = config.get("config")
    layers = inner.get("layers") if isinstance(inner, dict) else None
    layers = [layer for layer in layers or [] if isinstance(layer, dict)]
    shapes = [layer["config"].get("batch_shape") for layer in layers if layer.get("class_name") == "InputLayer"]
    if len(shapes) != 1:
        raise RunnerError(f"--model: {path} has {len(shapes)} inputs; a model that takes one image is needed")
    match shapes[0]:
        case [_, int(height), int(width), int(channels)] if min(height, width) > 0 and channels in CHANNELS:
            return height, width, channels
    raise RunnerError(
        f"--model: the input of {path} has shape {shapes[0]}; (batch, height, width, channels) with a fixed height "
        "and width and 1 or 3 channels is needed"
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
