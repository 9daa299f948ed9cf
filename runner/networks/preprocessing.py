"""What a network wants to see instead of red, green and blue from 0 to 255."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

# Mean of ImageNet's blue, green and red channel, as the Caffe models have it that ResNet50's weights came from.
IMAGENET_BGR_MEAN = (103.939, 116.779, 123.68)


def _none(images: Any) -> Any:
    return images


def _zero_to_one(images: Any) -> Any:
    return images / 255.0


def _minus_one_to_one(images: Any) -> Any:
    return images / 127.5 - 1.0


def _bgr_minus_mean(images: Any) -> Any:
    import tensorflow as tf

    return tf.reverse(images, axis=[-1]) - tf.constant(IMAGENET_BGR_MEAN)


# From a float32 tensor of shape (..., height, width, channels), 0..255, to the same shape.
PREPROCESSING: dict[str, Callable[[Any], Any]] = {
    "none": _none,
    "zero_to_one": _zero_to_one,
    "minus_one_to_one": _minus_one_to_one,
    "bgr_minus_mean": _bgr_minus_mean,
}
