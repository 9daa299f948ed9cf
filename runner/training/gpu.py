"""Whether there is a GPU to train on."""

from __future__ import annotations

import importlib.metadata
import socket
from pathlib import Path

_NVIDIA = Path("/proc/driver/nvidia/gpus")
_CPU_BUILD = "tensorflow-cpu"


class NoGpuError(Exception):
    """A worker that should train on a GPU has none."""


def ensure_gpu() -> None:
    """Return when TensorFlow can use a GPU in this process.

    Raises
    ------
    NoGpuError
        When it cannot: it would quietly compute on the CPU.
    """
    import tensorflow as tf

    if not tf.config.list_physical_devices("GPU"):
        raise NoGpuError(
            f"TensorFlow finds no GPU in a worker on {socket.gethostname()}; install tensorflow[and-cuda] there, or "
            "train with --device cpu"
        )


def why_no_gpu(master: str | None) -> str:
    """Return why there is none, empty when there may be one.

    Parameters
    ----------
    master : str or None
        Of an existing cluster, which knows by itself what GPUs it has to give; None for this machine.
    """
    if master is not None:
        return ""
    if not _NVIDIA.is_dir() or not any(_NVIDIA.iterdir()):
        return "this machine has no NVIDIA GPU; give the --master of a cluster that has"
    try:
        importlib.metadata.version(_CPU_BUILD)
    except importlib.metadata.PackageNotFoundError:
        return ""
    return f"TensorFlow is installed here as {_CPU_BUILD}, which uses no GPU; install tensorflow[and-cuda]"
