"""The layers of a small CNN in plain NumPy, written to be read.

Arrays are channels-last, (images, height, width, channels), as in Keras. A layer keeps its last input and nothing else,
so that `backward` may rebuild what it needs: this is the arrangement whose parts the profile shows. Each layer counts
the seconds of its parts (im2col, dot, ...) on its stopwatch.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from runner.networks.stopwatch import Stopwatch

Array = npt.NDArray[np.floating]
Labels = npt.NDArray[np.integer]


class Layer(Protocol):
    """One step of the network.

    Attributes
    ----------
    name : str
    parameters : list of ndarray
        What training changes; empty for layers without weights.
    gradients : list of ndarray
        Of the loss by each parameter; set by `backward`.
    clock : Stopwatch
        Seconds of the layer's parts.
    """

    name: str
    parameters: list[Array]
    gradients: list[Array]
    clock: Stopwatch

    def forward(self, inputs: Array) -> Array:
        """Return the layer's output."""

    def backward(self, upstream: Array) -> Array:
        """Set `gradients` from the loss's gradient by the output, and return the one by the input."""


class Convolution:
    """Convolution with stride 1 and zero padding that keeps height and width.

    Parameters
    ----------
    kernel : ndarray of shape (size, size, channels, filters)
        `size` is odd.
    bias : ndarray of shape (filters,)
    """

    name = "convolution"

    def __init__(self, kernel: Array, bias: Array) -> None:
        self.parameters = [kernel, bias]
        self.gradients: list[Array] = []
        self.clock = Stopwatch()

    def forward(self, inputs: Array) -> Array:
        """Return the convolution of (n, h, w, channels) as (n, h, w, filters)."""
        self._inputs = inputs
        kernel, bias = self.parameters
        with self.clock.part("im2col"):
            columns = self._columns(inputs)
        with self.clock.part("dot"):
            outputs = columns @ kernel.reshape(-1, kernel.shape[-1]) + bias
        return outputs.reshape(*inputs.shape[:3], -1)

    def backward(self, upstream: Array) -> Array:
        """Return the gradient by the input; one matrix product for it, and one for the kernel."""
        kernel, _ = self.parameters
        flat = upstream.reshape(-1, upstream.shape[-1])
        with self.clock.part("dot of input gradient"):
            by_columns = flat @ kernel.reshape(-1, kernel.shape[-1]).T
        with self.clock.part("col2im"):
            by_inputs = self._images(by_columns)
        with self.clock.part("im2col"):
            columns = self._columns(self._inputs)
        with self.clock.part("dot of kernel gradient"):
            by_kernel = (columns.T @ flat).reshape(kernel.shape)
        with self.clock.part("sum"):
            by_bias = flat.sum(axis=0)
        self.gradients = [by_kernel, by_bias]
        return by_inputs

    def _columns(self, images: Array) -> Array:
        """Lay the window around each pixel out as a row: (n * h * w, size * size * channels)."""
        size, _, channels, _ = self.parameters[0].shape
        margin = size // 2
        padded = np.pad(images, ((0, 0), (margin, margin), (margin, margin), (0, 0)))
        windows = sliding_window_view(padded, (size, size), axis=(1, 2))  # (n, h, w, channels, size, size)
        return windows.transpose(0, 1, 2, 4, 5, 3).reshape(-1, size * size * channels)

    def _images(self, columns: Array) -> Array:
        """Undo `_columns`: add each window's row back to where it came from."""
        size, _, channels, _ = self.parameters[0].shape
        count, height, width = self._inputs.shape[:3]
        margin = size // 2
        padded = np.zeros((count, height + 2 * margin, width + 2 * margin, channels), dtype=columns.dtype)
        windows = columns.reshape(count, height, width, size, size, channels)
        for row in range(size):
            for column in range(size):
                padded[:, row : row + height, column : column + width] += windows[:, :, :, row, column]
        return padded[:, margin : margin + height, margin : margin + width]


class Relu:
    """Negative values become zero."""

    name = "relu"

    def __init__(self) -> None:
        self.parameters: list[Array] = []
        self.gradients: list[Array] = []
        self.clock = Stopwatch()

    def forward(self, inputs: Array) -> Array:
        """Return max(0, inputs)."""
        self._inputs = inputs
        return np.maximum(inputs, 0)

    def backward(self, upstream: Array) -> Array:
        """Let the gradient pass where the input was positive."""
        return upstream * (self._inputs > 0)


class MaxPooling:
    """The largest of each window of `size` x `size` pixels; windows do not overlap.

    Parameters
    ----------
    size : int
        Height, width and stride of the window; it divides the input's height and width.
    """

    name = "pooling"

    def __init__(self, size: int) -> None:
        self.parameters: list[Array] = []
        self.gradients: list[Array] = []
        self.clock = Stopwatch()
        self._size = size

    def forward(self, inputs: Array) -> Array:
        """Return (n, h / size, w / size, channels)."""
        self._inputs = inputs
        windows, best = self._winners()
        with self.clock.part("transformation"):
            return np.take_along_axis(windows, best, axis=-1)[..., 0]

    def backward(self, upstream: Array) -> Array:
        """Send each window's gradient to the pixel that won it."""
        windows, best = self._winners()
        with self.clock.part("transformation"):
            by_windows = np.zeros_like(windows)
            np.put_along_axis(by_windows, best, upstream[..., None], axis=-1)
        with self.clock.part("col2im"):
            count, height, width, channels = self._inputs.shape
            split = by_windows.reshape(*upstream.shape, self._size, self._size).transpose(0, 1, 4, 2, 5, 3)
            return split.reshape(count, height, width, channels)

    def _winners(self) -> tuple[Array, npt.NDArray[np.intp]]:
        """Return the windows, (n, h / size, w / size, channels, size * size), and where each one's largest value is."""
        size = self._size
        count, height, width, channels = self._inputs.shape
        with self.clock.part("im2col"):
            split = self._inputs.reshape(count, height // size, size, width // size, size, channels)
            windows = split.transpose(0, 1, 3, 5, 2, 4).reshape(*split.shape[:2], width // size, channels, size * size)
        with self.clock.part("argmax"):
            best = windows.argmax(axis=-1)[..., None]
        return windows, best


class Dense:
    """Fully connected layer; it flattens its input.

    Parameters
    ----------
    kernel : ndarray of shape (height * width * channels, classes)
    bias : ndarray of shape (classes,)
    """

    name = "fully connected"

    def __init__(self, kernel: Array, bias: Array) -> None:
        self.parameters = [kernel, bias]
        self.gradients: list[Array] = []
        self.clock = Stopwatch()

    def forward(self, inputs: Array) -> Array:
        """Return (n, classes)."""
        self._inputs = inputs
        kernel, bias = self.parameters
        return inputs.reshape(len(inputs), -1) @ kernel + bias

    def backward(self, upstream: Array) -> Array:
        """Return the gradient by the input, in the input's shape."""
        kernel, _ = self.parameters
        self.gradients = [self._inputs.reshape(len(upstream), -1).T @ upstream, upstream.sum(axis=0)]
        return (upstream @ kernel.T).reshape(self._inputs.shape)


def softmax_cross_entropy(scores: Array, labels: Labels) -> tuple[float, Array]:
    """Return the loss summed over images, and its gradient by the scores.

    Sums, not means, so that shards of unequal size add up to the whole batch.

    Parameters
    ----------
    scores : ndarray of shape (n, classes)
    labels : ndarray of shape (n,)
        The right class of each image.
    """
    rows = np.arange(len(labels))
    shifted = scores - scores.max(axis=1, keepdims=True)
    log_likelihood = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    gradient = np.exp(log_likelihood)
    gradient[rows, labels] -= 1
    return float(-log_likelihood[rows, labels].sum()), gradient
