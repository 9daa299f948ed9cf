"""Where the time of the plain NumPy network goes: forward and backward seconds of each layer and of its parts."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from statistics import median
from typing import NamedTuple

import numpy as np

from runner.inputs.cifar import draw_records, split_records
from runner.networks.cifar_cnn import NumpyNetwork, initial_weights
from runner.networks.numpy_layers import Array, Labels, Layer, softmax_cross_entropy
from runner.networks.stopwatch import Stopwatch
from runner.training.deck import deck
from runner.training.kernels import scale

FORWARD, BACKWARD = "forward", "backward"


class Row(NamedTuple):
    """Seconds of a layer's pass, or of one part of it.

    Parameters
    ----------
    layer, direction : str
        Such as ``convolution``, and ``forward`` or ``backward``.
    part : str
        Such as ``im2col``; empty for the whole pass.
    seconds : float
        Median over the repeats.
    deck_s : float or None
        What the deck says; None where it says nothing.
    """

    layer: str
    direction: str
    part: str
    seconds: float
    deck_s: float | None


def profile_layers(images: int, repeats: int, seed: int) -> list[Row]:
    """Pass some generated images through the network, after one pass that is not counted."""
    pixels, labels = split_records(draw_records(images, seed, part=0))
    network, inputs = NumpyNetwork(initial_weights(seed)), scale(pixels)
    _pass_once(network.layers, inputs, labels)
    passes = [_pass_once(network.layers, inputs, labels) for _ in range(repeats)]
    return [Row(*key, median(one.get(key, 0.0) for one in passes), _deck_seconds(*key)) for key in passes[0]]


Seconds = dict[tuple[str, str, str], float]


def _pass_once(layers: Sequence[Layer], images: Array, labels: Labels) -> Seconds:
    seconds: Seconds = {}
    for layer in layers:
        images = _time(layer, FORWARD, functools.partial(layer.forward, images), seconds)
    _, upstream = softmax_cross_entropy(images, labels)
    for layer in reversed(layers):
        upstream = _time(layer, BACKWARD, functools.partial(layer.backward, upstream), seconds)
    return seconds


def _time(layer: Layer, direction: str, work: Callable[[], Array], seconds: Seconds) -> Array:
    layer.clock, whole = Stopwatch(), Stopwatch()
    with whole.part(""):
        result = work()
    for part, spent in {**whole.seconds, **layer.clock.seconds}.items():
        seconds[layer.name, direction, part] = spent
    return result


def _deck_seconds(layer: str, direction: str, part: str) -> float | None:
    found = deck()
    seconds = found["parts"].get(layer, {}).get(direction, {}).get(part) if part else found["layers"][layer][direction]
    return None if seconds is None else float(seconds)


def total(rows: Sequence[Row]) -> float:
    """Return the seconds of all layers, forward and backward."""
    return float(np.sum([row.seconds for row in rows if not row.part]))
