"""What a training has reached, in a file that is there whole or not at all."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from runner.networks.numpy_layers import Array
from store.files import write_durably


class Checkpoint(NamedTuple):
    """The weights after the epochs so far, and what is to be said of each."""

    weights: list[Array]
    history: list[dict[str, Any]]


def save(path: Path, weights: Sequence[Array], history: Sequence[dict[str, Any]]) -> None:
    """Put a checkpoint in place of the one before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = np.frombuffer(json.dumps(list(history)).encode(), dtype=np.uint8)
    content = io.BytesIO()
    np.savez(content, *weights, history=text)
    write_durably(path, content.getvalue())


def load(path: Path) -> Checkpoint:
    """Return the latest checkpoint."""
    with np.load(path, allow_pickle=False) as content:
        weights = [content[f"arr_{number}"] for number in range(len(content.files) - 1)]
        return Checkpoint(weights, json.loads(content["history"].tobytes()))
