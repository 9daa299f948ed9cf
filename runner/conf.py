"""The Spark settings of a valid run: nothing retried, nothing moved, nothing hidden in a time."""

from __future__ import annotations

from runner.spec import RunSpec

GC = "ParallelGC"


def heap_options(memory_mib: int) -> str:
    """Return the executors' JVM options: the whole heap from the start and a named collector, as the paper set them.

    `-Xmx` comes from spark.executor.memory. With one visible CPU a JVM would pick SerialGC by itself.
    """
    return f"-Xms{memory_mib}m -XX:+Use{GC} -XX:-UseAdaptiveSizePolicy"


def spark_conf(spec: RunSpec, master: str) -> dict[str, str]:
    """Return the settings of one application.

    `spark.executor.cores` stays unset: an executor takes all cores of its worker, so each can have its own number.
    """
    return _OF_ANY_RUN | {
        "spark.master": master,
        "spark.app.name": f"sparkcast-{spec.application}",
        "spark.executor.memory": f"{spec.executor_memory_mib}m",
        "spark.executor.extraJavaOptions": heap_options(spec.executor_memory_mib),
        "spark.task.cpus": str(spec.task_cpus),
        "spark.eventLog.dir": spec.eventlog_dir.as_uri(),
        "spark.sql.execution.arrow.maxRecordsPerBatch": str(spec.batch_size),
    }


_OF_ANY_RUN = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    # The driver only schedules: the quick compiler halves what its start costs.
    "spark.driver.extraJavaOptions": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
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
