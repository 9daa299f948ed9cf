"""Arrays as one message: what drivers and workers send each other, and what a checkpoint's file holds."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from runner.networks.cifar_cnn import Gradients
from runner.networks.numpy_layers import Array

Named = dict[str, npt.NDArray[Any]]


def pack(arrays: Sequence[Array], **named: npt.ArrayLike) -> bytes:
    """Return arrays, and numbers or arrays with names, in NumPy's npz format."""
    content = io.BytesIO()
    np.savez(content, *arrays, allow_pickle=False, **named)
    return content.getvalue()


def unpack(message: bytes) -> tuple[list[Array], Named]:
    """Return what `pack` was given."""
    with np.load(io.BytesIO(message), allow_pickle=False) as content:
        everything = dict(content)
    arrays = [everything.pop(f"arr_{number}") for number in range(sum(name.startswith("arr_") for name in everything))]
    return arrays, everything


def pack_gradients(gradients: Gradients, **named: npt.ArrayLike) -> bytes:
    """Return gradients, and what else has a name, as one message."""
    return pack(gradients.arrays, loss=gradients.loss, correct=gradients.correct, **named)


def unpack_gradients(message: bytes) -> tuple[Gradients, Named]:
    """Return what `pack_gradients` was given."""
    arrays, named = unpack(message)
    return Gradients(float(named.pop("loss")), int(named.pop("correct")), arrays), named
