"""What an executor's memory means, and so what a cluster must grant for it (docs/decisions/0012): arithmetic alone.

The runner asks for it, and recommendations ask for the same.
"""

from __future__ import annotations

FREE, PROCESS, HEAP = "free", "process", "heap"
# In the process regime the heap is as small as Spark allows in round numbers: the memory that varies is Python's.
PROCESS_HEAP_MIB = 512
# Of a JVM beyond its heap, as Spark reckons: a tenth of the heap, and not less than this.
JVM_EXTRA_MIB = 384
# A Python worker with TensorFlow and one model: 1.1 to 1.4 GB were seen for ResNet50 and Xception, batches of 16.
PYTHON_WORKER_MIB = 2048
# The process regime needs more: this is the JVM alone.
PROCESS_LEAST_MIB = PROCESS_HEAP_MIB + JVM_EXTRA_MIB


def heap_mib(regime: str, memory_mib: int) -> int:
    """Return the heap of an executor, MiB."""
    return PROCESS_HEAP_MIB if regime == PROCESS else memory_mib


def overhead_mib(regime: str, memory_mib: int, slots: int, worker_mib: int = PYTHON_WORKER_MIB) -> int:
    """Return the memory that YARN or Kubernetes must grant an executor beyond its heap, MiB.

    They kill an executor that takes more. In the process regime that is the limit that is asked for; otherwise it is
    room for the Python workers of each task slot.

    Parameters
    ----------
    regime : str
    memory_mib : int
        Executor memory, as the regime means it.
    slots : int
        Tasks that the executor runs at a time.
    worker_mib : int
        Of one Python worker.
    """
    heap = heap_mib(regime, memory_mib)
    if regime == PROCESS:
        return memory_mib - heap
    workers = 2 if regime == HEAP else 1  # one decodes, the other predicts
    return max(JVM_EXTRA_MIB, heap // 10) + slots * workers * worker_mib
