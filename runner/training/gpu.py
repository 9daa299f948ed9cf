"""Whether there is a GPU to train on, and which."""

from __future__ import annotations

import importlib.metadata
import os
import socket
from pathlib import Path

_NVIDIA = Path("/proc/driver/nvidia/gpus")
_CPU_BUILD = "tensorflow-cpu"


class NoGpuError(Exception):
    """A worker that should train on a GPU has none."""


def claim_gpu() -> None:
    """Let TensorFlow use, in this process, the GPU that Spark assigned to the task, beside other workers.

    To be called before TensorFlow's first operation.

    Raises
    ------
    NoGpuError
        When it can use none: it would quietly compute on the CPU.
    """
    if addresses := _assigned():
        # Addresses count as nvidia-smi does, CUDA by itself the fastest first.
        os.environ["CUDA_DEVICE_ORDER"] = "PCI_BUS_ID"
        os.environ["CUDA_VISIBLE_DEVICES"] = ",".join(addresses)
    import tensorflow as tf

    devices = tf.config.list_physical_devices("GPU")
    for device in devices:
        # Else the first of an executor's workers takes nearly all memory of the GPU that they share.
        tf.config.experimental.set_memory_growth(device, True)
    if not devices:
        raise NoGpuError(
            f"TensorFlow finds no GPU in a worker on {socket.gethostname()}; install tensorflow[and-cuda] there, or "
            "train with --device cpu"
        )


def _assigned() -> list[str]:
    """Return the addresses of the task's GPUs; none where the cluster does not schedule them."""
    from pyspark import TaskContext

    context = TaskContext.get()
    resources = context.resources() if context is not None else {}
    return list(resources["gpu"].addresses) if "gpu" in resources else []


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
