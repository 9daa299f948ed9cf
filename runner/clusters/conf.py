"""The Spark settings of a valid run: nothing retried, nothing moved, nothing hidden in a time."""

from __future__ import annotations

import re

from runner.clusters.masters import PRIVATE, read_master
from runner.clusters.memory import heap_mib
from runner.clusters.resources import resource_conf
from runner.clusters.training_conf import computes_with_tensorflow, training_conf, trains_on_gpu
from runner.spec import RunSpec
from store.memory import HEAP

GC = "ParallelGC"
# Spark shows no property whose name or value matches (spark.redaction.regex): the event log has this text instead.
_SENSITIVE = re.compile(r"secret|password|token|access[.]?key|credential", re.IGNORECASE)
REDACTED = "*********(redacted)"
QUICK_COMPILER = "-XX:TieredStopAtLevel=1"
# For JVMs that only schedule: the quick compiler halves what their start costs.
QUICK_JVM = f"-XX:+UseSerialGC {QUICK_COMPILER}"


def jvm_options(spec: RunSpec) -> str:
    """Return the executors' JVM options: the whole heap from the start and a named collector, as the paper set them.

    `-Xmx` comes from spark.executor.memory. With one visible CPU a JVM would pick SerialGC by itself. The work is done
    in Python, on the same cores: the optimising compiler took from it 0.5 of the JVM's 1.0 CPU seconds in 384 images.
    """
    options = f"-Xms{heap_mib(spec)}m -XX:+Use{GC} -XX:-UseAdaptiveSizePolicy {QUICK_COMPILER}"
    # Images come from Python through memory outside the heap, which would otherwise be as limited as the heap.
    return f"{options} -XX:MaxDirectMemorySize=64g" if spec.memory_regime == HEAP else options


def looks_secret(name: str, value: str) -> bool:
    """Whether Spark takes a property for a secret, by its name or its value."""
    return bool(_SENSITIVE.search(name) or _SENSITIVE.search(value))


def spark_conf(spec: RunSpec, master: str) -> dict[str, str]:
    """Return the settings of one application.

    Parameters
    ----------
    spec : RunSpec
        The run; its `conf` holds what an existing cluster needs beyond the settings made here.
    master : str
        URL of the master, the private cluster's included.
    """
    where = _ON_THIS_MACHINE if read_master(spec.master).kind == PRIVATE else _elsewhere(spec) | spec.conf
    training = training_conf(spec) if spec.training is not None else {}
    ours = _of_this_run(spec) | training | _daemon(spec)
    return _OF_ANY_RUN | where | resource_conf(spec) | ours | {"spark.master": master}


def _daemon(spec: RunSpec) -> dict[str, str]:
    # Daemons elsewhere start before our code gets there: their workers import TensorFlow one by one.
    preloads = read_master(spec.master).kind == PRIVATE and (
        spec.program in _WITH_TENSORFLOW or computes_with_tensorflow(spec)
    )
    return {"spark.python.daemon.module": "runner.jobs.daemon"} if preloads else {}


def _of_this_run(spec: RunSpec) -> dict[str, str]:
    return {
        "spark.app.name": f"sparkcast-{spec.application}",
        "spark.executor.extraJavaOptions": jvm_options(spec),
        "spark.task.cpus": str(spec.task_cpus),
        "spark.eventLog.dir": spec.eventlog_dir.as_uri(),
        "spark.sql.execution.arrow.maxRecordsPerBatch": str(spec.batch_size),
        "spark.sql.execution.arrow.maxBytesPerBatch": "2147483647b",  # the number of images decides alone
    }


_WITH_TENSORFLOW = frozenset({"runner.jobs.predict", "runner.jobs.tune"})

_ON_THIS_MACHINE = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
}

# TensorFlow itself uses oneDNN on some processors only (decision 29).
_PYTHON_WORKERS = {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "2", "TF_ENABLE_ONEDNN_OPTS": "1"}
WORKERS_ON_CPUS = _PYTHON_WORKERS | {"CUDA_VISIBLE_DEVICES": "-1"}


def python_workers(spec: RunSpec) -> dict[str, str]:
    """Return the environment of Python workers; those on this machine inherit it from `runner.clusters.environment`."""
    return _PYTHON_WORKERS if trains_on_gpu(spec) else WORKERS_ON_CPUS


def _elsewhere(spec: RunSpec) -> dict[str, str]:
    return {f"spark.executorEnv.{name}": value for name, value in python_workers(spec).items()}


_OF_ANY_RUN = {
    "spark.driver.extraJavaOptions": QUICK_JVM,
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    # A failure ends the run: a retry would hide in the completion time.
    "spark.task.maxFailures": "1",
    "spark.stage.maxConsecutiveAttempts": "1",
    "spark.speculation": "false",
    "spark.dynamicAllocation.enabled": "false",
    "spark.locality.wait": "0s",
    # The number of partitions is a parameter of the study.
    "spark.sql.adaptive.enabled": "false",
    # The model is loaded once a worker process, not once a task.
    "spark.python.worker.reuse": "true",
    "spark.executor.heartbeatInterval": "2s",
    "spark.executor.metrics.pollingInterval": "500ms",
    "spark.executor.processTreeMetrics.enabled": "true",
    "spark.eventLog.enabled": "true",
    "spark.eventLog.compress": "false",
    "spark.eventLog.rolling.enabled": "false",
    "spark.eventLog.logStageExecutorMetrics": "true",
}

# Set from a run's parameters, or part of what makes a measurement valid: nobody else sets these.
RESERVED = (
    frozenset(_OF_ANY_RUN)
    | {f"spark.executorEnv.{name}" for name in WORKERS_ON_CPUS}
    | {
        "spark.app.name",
        "spark.barrier.sync.timeout",
        "spark.cores.max",
        "spark.eventLog.dir",
        "spark.executor.cores",
        "spark.executor.extraJavaOptions",
        "spark.executor.instances",
        "spark.executor.memory",
        "spark.executor.memoryOverhead",
        "spark.executor.pyspark.memory",
        "spark.executor.resource.gpu.amount",
        "spark.kubernetes.allocation.batch.size",
        "spark.kubernetes.executor.limit.cores",
        "spark.kubernetes.executor.request.cores",
        "spark.master",
        "spark.python.daemon.module",
        "spark.scheduler.barrier.maxConcurrentTasksCheck.interval",
        "spark.sql.execution.arrow.maxBytesPerBatch",
        "spark.sql.execution.arrow.maxRecordsPerBatch",
        "spark.submit.deployMode",
        "spark.task.cpus",
        "spark.task.resource.gpu.amount",
    }
)
