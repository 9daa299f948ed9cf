"""What a training has reached, in a file that is there whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from runner.networks.numpy_layers import Array
from runner.training.messages import pack, unpack
from store.files import write_durably


class Checkpoint(NamedTuple):
    """The weights after the epochs so far, and what is to be said of each."""

    weights: list[Array]
    history: list[dict[str, Any]]


def save(path: Path, weights: Sequence[Array], history: Sequence[dict[str, Any]]) -> None:
    """Put a checkpoint in place of the one before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = np.frombuffer(json.dumps(list(history)).encode(), dtype=np.uint8)
    write_durably(path, pack(weights, history=text))


def load(path: Path) -> Checkpoint:
    """Return the latest checkpoint."""
    weights, named = unpack(path.read_bytes())
    return Checkpoint(weights, json.loads(named["history"].tobytes()))
