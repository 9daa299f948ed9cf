"""Who computes the gradients of a shard: NumPy or TensorFlow, from the same weights to the same sums."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from runner.inputs.cifar import CHANNELS, CLASSES, IMAGE_SIZE
from runner.networks.cifar_cnn import KERNEL_SIZE, POOL_SIZE, Gradients, NumpyNetwork
from runner.networks.numpy_layers import Array, Labels

KERNELS = ("tensorflow", "numpy")
Images = npt.NDArray[np.uint8]


class Kernel(Protocol):
    """Computes over a shard with given weights."""

    def gradients(self, weights: Sequence[Array], images: Images, labels: Labels) -> Gradients:
        """Return loss, hits and gradients, summed over the images.

        Parameters
        ----------
        weights : sequence of ndarray
            As from `initial_weights`.
        images : ndarray of uint8, shape (n, 32, 32, 3)
        labels : ndarray of shape (n,)
        """

    def count_correct(self, weights: Sequence[Array], images: Images, labels: Labels) -> int:
        """Return how many images get the highest score for their label."""


def scale(images: Images) -> npt.NDArray[np.float32]:
    """Return the pixels 0..255 as -1..1."""
    return images.astype(np.float32) / np.float32(127.5) - np.float32(1)


class NumpyKernel:
    """The plain NumPy network."""

    def gradients(self, weights: Sequence[Array], images: Images, labels: Labels) -> Gradients:
        """See `Kernel`."""
        return NumpyNetwork(weights).gradients(scale(images), labels)

    def count_correct(self, weights: Sequence[Array], images: Images, labels: Labels) -> int:
        """See `Kernel`."""
        return int((NumpyNetwork(weights).forward(scale(images)).argmax(axis=1) == labels).sum())


class TensorflowKernel:
    """A Keras model of the same network, its pass traced once for each number of images.

    Parameters
    ----------
    threads : int
        Of one operation; TensorFlow's pools are set before its first operation and stay as they are.
    filters : int
        Of the convolution.
    """

    def __init__(self, threads: int, filters: int) -> None:
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)
        self._model = keras_network(filters)
        self._pass = tf.function(self._trace, reduce_retracing=True)

    def gradients(self, weights: Sequence[Array], images: Images, labels: Labels) -> Gradients:
        """See `Kernel`."""
        self._model.set_weights(list(weights))
        loss, correct, arrays = self._pass(scale(images), labels)
        return Gradients(float(loss), int(correct), [array.numpy() for array in arrays])

    def count_correct(self, weights: Sequence[Array], images: Images, labels: Labels) -> int:
        """See `Kernel`."""
        self._model.set_weights(list(weights))
        scores = self._model(scale(images), training=False).numpy()
        return int((scores.argmax(axis=1) == labels).sum())

    def _trace(self, images: Any, labels: Any) -> Any:
        import tensorflow as tf

        with tf.GradientTape() as tape:
            scores = self._model(images, training=True)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=scores)
            loss = tf.reduce_sum(losses)
        hits = tf.equal(tf.argmax(scores, axis=1), tf.cast(labels, tf.int64))
        arrays = tape.gradient(loss, self._model.trainable_variables)
        return loss, tf.reduce_sum(tf.cast(hits, tf.int64)), arrays


def keras_network(filters: int) -> Any:
    """Return the Keras model; its weights are in the order and the shapes of `initial_weights`."""
    import keras

    return keras.Sequential(
        [
            keras.Input((IMAGE_SIZE, IMAGE_SIZE, CHANNELS)),
            keras.layers.Conv2D(filters, KERNEL_SIZE, padding="same"),
            keras.layers.ReLU(),
            keras.layers.MaxPooling2D(POOL_SIZE),
            keras.layers.Flatten(),
            keras.layers.Dense(CLASSES),
        ]
    )


def network_file(weights: Sequence[Array]) -> bytes:
    """Return a Keras file of the network with these weights: pixels from 0 to 255 in, probabilities out."""
    import keras

    network = keras_network(weights[0].shape[-1])
    network.set_weights(list(weights))
    scaled, softmax = keras.layers.Rescaling(1 / 127.5, offset=-1), keras.layers.Softmax()
    model = keras.Sequential([keras.Input(network.input_shape[1:]), scaled, *network.layers, softmax])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.keras"
        model.save(path)
        return path.read_bytes()


def make_kernel(name: str, threads: int, filters: int) -> Kernel:
    """Return the kernel of this name, one of `KERNELS`."""
    return TensorflowKernel(threads, filters) if name == "tensorflow" else NumpyKernel()
