"""Inception V4 in Keras, which keras.applications does not have.

149 convolutions and one dense layer, after figures 3 to 9 of Szegedy et al., *Inception-v4, Inception-ResNet and the
Impact of Residual Connections on Learning* (AAAI 2017, https://arxiv.org/abs/1602.07261). Every convolution is without
bias and followed by batch normalisation (with scale and offset, epsilon 0.001) and ReLU. The last layer of a block
carries the block's name, and the names of its other layers begin with it.
"""

from __future__ import annotations

from typing import Any

INPUT_SIZE = 299
CLASSES = 1000
DROPPED = 0.2  # the paper keeps 0.8


def build_inception_v4() -> Any:
    """Return the network with random weights and a softmax over 1,000 classes."""
    import keras

    pixels = keras.Input((INPUT_SIZE, INPUT_SIZE, 3))
    x = _stem(_Block("stem"), pixels)
    for number in range(1, 5):
        x = _inception_a(_Block(f"inception_a_{number}"), x)
    x = _reduction_a(_Block("reduction_a"), x)
    for number in range(1, 8):
        x = _inception_b(_Block(f"inception_b_{number}"), x)
    x = _reduction_b(_Block("reduction_b"), x)
    for number in range(1, 4):
        x = _inception_c(_Block(f"inception_c_{number}"), x)
    x = keras.layers.GlobalAveragePooling2D(name="average_pool")(x)
    x = keras.layers.Dropout(DROPPED, name="dropout")(x)
    scores = keras.layers.Dense(CLASSES, activation="softmax", name="predictions")(x)
    return keras.Model(pixels, scores, name="inception_v4")


class _Block:
    """Makes the layers of one block, and names them after it."""

    def __init__(self, name: str) -> None:
        from keras import layers

        self._layers = layers
        self._name = name
        self._made = 0

    def conv(self, x: Any, filters: int, rows: int, columns: int, strides: int = 1, padding: str = "same") -> Any:
        """Convolution, batch normalisation, ReLU."""
        number = self._count()
        name = f"{self._name}_conv_{number}"
        x = self._layers.Conv2D(filters, (rows, columns), strides, padding, use_bias=False, name=name)(x)
        x = self._layers.BatchNormalization(epsilon=0.001, name=f"{self._name}_norm_{number}")(x)
        return self._layers.ReLU(name=f"{self._name}_relu_{number}")(x)

    def halve(self, x: Any) -> Any:
        """Maximum over 3x3 with stride 2, without padding."""
        return self._layers.MaxPooling2D(3, 2, name=f"{self._name}_max_{self._count()}")(x)

    def average(self, x: Any) -> Any:
        """Average over 3x3, same size."""
        return self._layers.AveragePooling2D(3, 1, "same", name=f"{self._name}_average_{self._count()}")(x)

    def join(self, *branches: Any, last: bool = True) -> Any:
        """Put the channels of the branches beside each other."""
        name = self._name if last else f"{self._name}_join_{self._count()}"
        return self._layers.Concatenate(name=name)(list(branches))

    def _count(self) -> int:
        self._made += 1
        return self._made


def _stem(block: _Block, x: Any) -> Any:
    x = block.conv(x, 32, 3, 3, strides=2, padding="valid")
    x = block.conv(x, 32, 3, 3, padding="valid")
    x = block.conv(x, 64, 3, 3)
    x = block.join(block.halve(x), block.conv(x, 96, 3, 3, strides=2, padding="valid"), last=False)
    short = block.conv(x, 64, 1, 1)
    short = block.conv(short, 96, 3, 3, padding="valid")
    long = block.conv(x, 64, 1, 1)
    long = block.conv(long, 64, 7, 1)
    long = block.conv(long, 64, 1, 7)
    long = block.conv(long, 96, 3, 3, padding="valid")
    x = block.join(short, long, last=False)
    return block.join(block.conv(x, 192, 3, 3, strides=2, padding="valid"), block.halve(x))


def _inception_a(block: _Block, x: Any) -> Any:
    pooled = block.conv(block.average(x), 96, 1, 1)
    point = block.conv(x, 96, 1, 1)
    short = block.conv(block.conv(x, 64, 1, 1), 96, 3, 3)
    long = block.conv(block.conv(block.conv(x, 64, 1, 1), 96, 3, 3), 96, 3, 3)
    return block.join(pooled, point, short, long)


def _reduction_a(block: _Block, x: Any) -> Any:
    direct = block.conv(x, 384, 3, 3, strides=2, padding="valid")
    deep = block.conv(block.conv(x, 192, 1, 1), 224, 3, 3)
    deep = block.conv(deep, 256, 3, 3, strides=2, padding="valid")
    return block.join(block.halve(x), direct, deep)


def _inception_b(block: _Block, x: Any) -> Any:
    pooled = block.conv(block.average(x), 128, 1, 1)
    point = block.conv(x, 384, 1, 1)
    short = block.conv(block.conv(block.conv(x, 192, 1, 1), 224, 1, 7), 256, 7, 1)
    long = block.conv(block.conv(block.conv(x, 192, 1, 1), 192, 1, 7), 224, 7, 1)
    long = block.conv(block.conv(long, 224, 1, 7), 256, 7, 1)
    return block.join(pooled, point, short, long)


def _reduction_b(block: _Block, x: Any) -> Any:
    short = block.conv(block.conv(x, 192, 1, 1), 192, 3, 3, strides=2, padding="valid")
    long = block.conv(block.conv(block.conv(x, 256, 1, 1), 256, 1, 7), 320, 7, 1)
    long = block.conv(long, 320, 3, 3, strides=2, padding="valid")
    return block.join(block.halve(x), short, long)


def _inception_c(block: _Block, x: Any) -> Any:
    pooled = block.conv(block.average(x), 256, 1, 1)
    point = block.conv(x, 256, 1, 1)
    short = block.conv(x, 384, 1, 1)
    long = block.conv(block.conv(block.conv(x, 384, 1, 1), 448, 1, 3), 512, 3, 1)
    forks = [block.conv(branch, 256, *shape) for branch in (short, long) for shape in ((1, 3), (3, 1))]
    return block.join(pooled, point, *forks)
