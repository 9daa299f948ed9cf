"""The Spark settings in which a training differs from inference: it survives what it loses."""

from __future__ import annotations

from runner.spec import RunSpec
from runner.training.order import Training
from runner.training.rendezvous import WAIT_S

# A lost worker's task starts again, and the run says so; in a barrier stage one failure ends the stage anyway.
TASK_ATTEMPTS = 4


def training_conf(spec: RunSpec) -> dict[str, str]:
    """Return the settings of an application that trains."""
    return {
        "spark.task.maxFailures": str(TASK_ATTEMPTS),
        "spark.barrier.sync.timeout": f"{WAIT_S:.0f}",
        # Slots are missing for some seconds after an executor was lost: look again soon.
        "spark.scheduler.barrier.maxConcurrentTasksCheck.interval": "1s",
        # Each look at the memory of all processes costs a step of a quarter of a second 10 ms; it hardly changes.
        "spark.executor.metrics.pollingInterval": "2s",
        **(_gpu_conf(spec) if trains_on_gpu(spec) and spec.master is not None else {}),
    }


def computes_with_tensorflow(spec: RunSpec) -> bool:
    """Whether the run is a training whose Python workers need TensorFlow."""
    return spec.training is not None and Training.read(spec.training).kernel == "tensorflow"


def trains_on_gpu(spec: RunSpec) -> bool:
    """Whether the run is a training on GPUs."""
    return spec.training is not None and Training.read(spec.training).device == "gpu"


def _gpu_conf(spec: RunSpec) -> dict[str, str]:
    """One GPU an executor, shared by its tasks; a cluster that has none to give never starts the executor."""
    # Rounded down: of a share that is a little too large, Spark fits one task less.
    share = 10_000 // max(spec.executor_cores) / 10_000
    return {"spark.executor.resource.gpu.amount": "1", "spark.task.resource.gpu.amount": f"{share:g}"}
