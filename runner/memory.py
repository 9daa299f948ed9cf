"""Memory regimes: what a run's executor memory bounds.

The paper's engine held a partition's images inside the executor's Java heap. In PySpark images and model live in Python
workers beside it, so one number cannot mean the same; which meaning a run had is part of its settings.
"""

from __future__ import annotations

from runner.spec import RunSpec

FREE, PROCESS, HEAP = "free", "process", "heap"
REGIMES = {
    FREE: "the executor's heap; Python workers take what they need beside it",
    PROCESS: "executor and Python workers together; who takes more is killed",
    HEAP: "the executor's heap, and a partition's decoded images are held on it, as the paper did",
}
# In the process regime the heap is as small as Spark allows in round numbers: the memory that varies is Python's.
PROCESS_HEAP_MIB = 512
# Of a JVM beyond its heap, as Spark reckons: a tenth of the heap, and not less than this.
JVM_EXTRA_MIB = 384
# A Python worker with TensorFlow and one model: 1.1 to 1.4 GB were seen for ResNet50 and Xception, batches of 16.
PYTHON_WORKER_MIB = 2048


def heap_mib(spec: RunSpec) -> int:
    """Return the executors' heap, MiB."""
    return PROCESS_HEAP_MIB if spec.memory_regime == PROCESS else spec.executor_memory_mib


def overhead_mib(spec: RunSpec) -> int:
    """Return the memory that YARN or Kubernetes must grant an executor beyond its heap, MiB.

    They kill an executor that takes more. In the process regime that is the limit that is asked for; otherwise it is
    room for one Python worker a task slot.
    """
    heap = heap_mib(spec)
    if spec.memory_regime == PROCESS:
        return spec.executor_memory_mib - heap
    slots = max(spec.executor_cores) // spec.task_cpus
    workers = 2 if spec.memory_regime == HEAP else 1  # one decodes, the other predicts
    return max(JVM_EXTRA_MIB, heap // 10) + slots * workers * PYTHON_WORKER_MIB
