"""Memory regimes: what a run's executor memory bounds.

The paper's engine held a partition's images inside the executor's Java heap. In PySpark images and model live in Python
workers beside it, so one number cannot mean the same; which meaning a run had is part of its settings.
"""

from __future__ import annotations

from collections.abc import Sequence

from runner.clusters.masters import STANDALONE, read_master
from runner.errors import RunnerError
from runner.spec import RunSpec
from store import memory
from store.memory import FREE, HEAP, PROCESS, PROCESS_LEAST_MIB

REGIMES = {
    FREE: "the executor's heap; Python workers take what they need beside it",
    PROCESS: "executor and Python workers together; who takes more is killed",
    HEAP: "the executor's heap, and a partition's decoded images are held on it, as the paper did",
}
BYTES_PER_VALUE = 4  # decoded images are float32
# A row of Spark's holds its bytes in one Java array, and in the heap regime a partition's images are one row.
LARGEST_PARTITION_BYTES = 2**31 - 2**20


def heap_mib(spec: RunSpec) -> int:
    """Return the executors' heap, MiB."""
    return memory.heap_mib(spec.memory_regime, spec.executor_memory_mib)


def overhead_mib(spec: RunSpec) -> int:
    """Return the memory that YARN or Kubernetes must grant an executor beyond its heap, MiB."""
    slots = max(spec.executor_cores) // spec.task_cpus
    return memory.overhead_mib(spec.memory_regime, spec.executor_memory_mib, slots)


def check_regime(regime: str, master: str | None, memory_mib: Sequence[int], partition_bytes: int) -> None:
    """Refuse what a regime cannot do.

    Parameters
    ----------
    regime : str
    master : str or None
        URL of an existing cluster's master.
    memory_mib : sequence of int
        Executor memory of the planned runs.
    partition_bytes : int
        Of the decoded images of the largest planned partition.

    Raises
    ------
    RunnerError
        Naming the option to change.
    """
    if regime == PROCESS and read_master(master).kind == STANDALONE:
        raise RunnerError(
            "--memory-regime process: an existing standalone cluster limits no executor; use free or heap"
        )
    if regime == PROCESS and min(memory_mib) <= PROCESS_LEAST_MIB:
        raise RunnerError(
            f"--memory: {min(memory_mib)}m is too little for --memory-regime process; the executor's JVM alone takes "
            f"{PROCESS_LEAST_MIB}m, Python with TensorFlow comes on top"
        )
    if regime == HEAP and partition_bytes > LARGEST_PARTITION_BYTES:
        raise RunnerError(
            f"--images-per-partition: the decoded images of the largest partition have {partition_bytes / 2**30:.1f} "
            "GiB; --memory-regime heap holds at most 2 GiB a partition"
        )
