"""A network in a worker process: batches of one shape, computed by a fixed number of threads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from runner.inputs.decoding import Pixels
from runner.networks.applications import Application, build_model
from runner.networks.folding import fold_normalization

TOP = 5


class NetworkError(Exception):
    """A network that does not classify images, or weights that do not fit it."""


def limit_threads(threads: int) -> None:
    """Let TensorFlow compute with this many threads, to be said before its first operation.

    Its pools cannot change later, and by default take every visible CPU.
    """
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)


class Classifier:
    """Predicts classes, a batch at a time.

    Parameters
    ----------
    application : Application
    batch_size : int
        Images in every batch; a shorter last one is padded, since another shape would be traced and compiled anew.
    threads : int
        Threads to compute with. They are set once a process, before its first operation.
    seed : int
        Of random weights.
    weights_file : Path, optional
        Weights to load (``.weights.h5`` or ``.h5``).

    Raises
    ------
    NetworkError
        When the network does not give one row of class scores an image, or the weights do not fit it.
    """

    def __init__(
        self, application: Application, batch_size: int, threads: int, seed: int, weights_file: Path | None = None
    ) -> None:
        import tensorflow as tf

        limit_threads(threads)
        model = build_model(application, seed)
        if weights_file is not None:
            _load_weights(model, weights_file)
        top = min(TOP, _classes(model))
        model = fold_normalization(model)

        def predict(images: Any) -> Any:
            return tf.math.top_k(model(images, training=False), top)

        self.shape = (batch_size, *application.input_shape)
        self._predict = tf.function(predict).get_concrete_function(tf.TensorSpec(self.shape, tf.float32))

    def predict(self, images: Pixels) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
        """Return the best classes of each row of a full batch, best first, and their scores.

        Parameters
        ----------
        images : array of float32, shape `self.shape`
            As `runner.inputs.decoding.Decoder` makes them, preprocessed.
        """
        import tensorflow as tf

        best = self._predict(tf.constant(images))
        return best.indices.numpy(), best.values.numpy()


def _classes(model: Any) -> int:
    shapes = [tuple(output.shape) for output in model.outputs]
    if len(shapes) != 1 or len(shapes[0]) != 2 or not shapes[0][1]:
        raise NetworkError(f"the outputs of the model have shapes {shapes}; one row of class scores an image is needed")
    return int(shapes[0][1])


def _load_weights(model: Any, path: Path) -> None:
    try:
        model.load_weights(path)
    except (OSError, ValueError, KeyError) as error:
        raise NetworkError(f"the weights in {path.name} do not fit {model.name}: {error}") from error
