"""From an image file, or a record of one, to the numbers that a network takes."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from runner.inputs.cifar import CHANNELS, IMAGE_SIZE, PIXELS, RECORD
from runner.inputs.manifest import ImageRef

Pixels = npt.NDArray[np.float32]
LONGEST_REASON = 200
_WHERE = re.compile(r"\{\{.*?\}\}\s*|\s*\[Op:.*")  # in TensorFlow, which helps nobody here


class ImageError(Exception):
    """An image that cannot be read or decoded; the message says why, without its name."""


class Decoder:
    """Reads JPEG and PNG photos and CIFAR-10 records, scales them (bilinear) to one shape, and preprocesses them.

    One image at a time stays in the processor's cache on its way; preprocessing whole batches takes longer.

    What is in the file decides, not its ending. Every photo becomes red, green and blue of 8 bits: grey ones are
    spread, palettes looked up, 16 bits cut to the upper 8, transparency dropped. A network with one channel gets the
    luminance.

    Parameters
    ----------
    shape : tuple of int
        Height, width and channels (1 or 3).
    preprocess : callable
        Makes of a float32 tensor, 0 to 255, what the network expects; by default they stay as they are.
    """

    def __init__(self, shape: tuple[int, int, int], preprocess: Callable[[Any], Any] = lambda pixels: pixels) -> None:
        import tensorflow as tf

        def fit(pixels: Any) -> Any:
            scaled = tf.image.resize(pixels, shape[:2])
            return preprocess(scaled if shape[2] == CHANNELS else tf.image.rgb_to_grayscale(scaled))

        photo = tf.TensorSpec((None, None, CHANNELS), tf.uint8)
        self._fit = tf.function(fit, autograph=False).get_concrete_function(
            photo
        )  # traced here, not at the first image

    def decode(self, image: ImageRef) -> Pixels:
        """Return the image as the network takes it.

        Raises
        ------
        ImageError
            When the image is missing, unreadable, cut short, no image, or too large to be decoded.
        """
        import tensorflow as tf

        try:
            decoded: Pixels = self._fit(tf.constant(_read(image))).numpy()
        except OSError as error:
            raise ImageError(error.strerror or type(error).__name__) from error
        except (tf.errors.InvalidArgumentError, tf.errors.ResourceExhaustedError) as error:
            raise ImageError(_WHERE.sub("", error.message)[:LONGEST_REASON]) from error
        return decoded


def _read(image: ImageRef) -> Any:
    import tensorflow as tf

    if image.record is None:
        return tf.io.decode_image(Path(image.path).read_bytes(), channels=CHANNELS, expand_animations=False)
    planes = np.frombuffer(_read_record(image.path, image.record), np.uint8)
    return planes.reshape(CHANNELS, IMAGE_SIZE, IMAGE_SIZE).transpose(1, 2, 0)


def _read_record(path: str, number: int) -> bytes:
    with Path(path).open("rb") as file:
        file.seek(number * RECORD)
        content = file.read(RECORD)[1:]  # the first byte is the label
    if len(content) < PIXELS:
        raise ImageError("the record is cut short")
    return content
