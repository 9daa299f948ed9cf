"""The events that a run is made of, with the fields that are read; all others are skipped without being built.

Fields that some Spark between 1.2 and 4.x leaves out have defaults. Times are Unix milliseconds.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta, field

Millis = Annotated[int, Meta(ge=-1, le=253_402_300_799_999)]  # until the year 9999
Count = Annotated[int, Meta(ge=-(2**62), le=2**62)]
Name = Annotated[str, Meta(max_length=500)]


class _Event(msgspec.Struct, gc=False):
    """JSON in, fields out. Nothing here refers back, so the garbage collector need not look."""


class LogStart(_Event):
    """The first line since Spark 1.3. Databricks writes its own, one in each part."""

    spark_version: Name | None = field(name="Spark Version", default=None)
    rollover: Count | None = field(name="Rollover Number", default=None)


class EnvironmentUpdate(_Event):
    """The driver's settings."""

    properties: dict[str, str] = field(name="Spark Properties", default_factory=dict)


class ApplicationStart(_Event):
    """The application's names."""

    at_ms: Millis = field(name="Timestamp")
    app_id: Name | None = field(name="App ID", default=None)
    name: Name | None = field(name="App Name", default=None)
    attempt: Name | None = field(name="App Attempt ID", default=None)


class ApplicationEnd(_Event):
    """An application that stopped in order."""

    at_ms: Millis = field(name="Timestamp")


class Amount(_Event):
    """How much of a resource."""

    amount: float = field(name="Amount", default=0)


class ResourceProfileAdded(_Event):
    """What executors of a profile are asked for, since Spark 3.1; memory in MiB."""

    profile: Count = field(name="Resource Profile Id")
    requests: dict[str, Amount] = field(name="Executor Resource Requests", default_factory=dict)


class ExecutorInfo(_Event):
    """What an executor has."""

    cores: Count = field(name="Total Cores")
    host: Name = field(name="Host", default="")
    profile: Count = field(name="Resource Profile Id", default=0)


class ExecutorAdded(_Event):
    """An executor has registered, since Spark 1.3."""

    at_ms: Millis = field(name="Timestamp")
    executor: Name = field(name="Executor ID")
    info: ExecutorInfo = field(name="Executor Info")


class ExecutorRemoved(_Event):
    """An executor is gone."""

    at_ms: Millis = field(name="Timestamp")
    executor: Name = field(name="Executor ID")
    reason: str = field(name="Removed Reason", default="")


class BlockManagerId(_Event):
    """Whose block manager."""

    executor: Name = field(name="Executor ID")
    host: Name = field(name="Host", default="")


class BlockManagerAdded(_Event):
    """An executor or the driver can store blocks: the only sign of an executor before Spark 1.3."""

    manager: BlockManagerId = field(name="Block Manager ID")
    at_ms: Millis | None = field(name="Timestamp", default=None)


class BlockManagerRemoved(BlockManagerAdded):
    """It no longer can."""


class JobStart(_Event):
    """A job was submitted; Spark 1.2 does not say when."""

    job: Count = field(name="Job ID")
    at_ms: Millis | None = field(name="Submission Time", default=None)


class JobException(_Event):
    """Why a job failed."""

    message: str | None = field(name="Message", default=None)


class JobResult(_Event):
    """JobSucceeded or JobFailed."""

    result: str = field(name="Result")
    exception: JobException | None = field(name="Exception", default=None)


class JobEnd(_Event):
    """A job has ended; Spark 1.2 does not say when."""

    job: Count = field(name="Job ID")
    result: JobResult = field(name="Job Result")
    at_ms: Millis | None = field(name="Completion Time", default=None)


class StageInfo(_Event):
    """A stage attempt, with its times once it has ended."""

    stage: Count = field(name="Stage ID")
    submitted_ms: Millis | None = field(name="Submission Time", default=None)
    completed_ms: Millis | None = field(name="Completion Time", default=None)


class StageCompleted(_Event):
    """A stage attempt has ended, well or not."""

    info: StageInfo = field(name="Stage Info")


class TaskEndReason(_Event):
    """How a task attempt ended; the fields that are there differ by the reason."""

    reason: str = field(name="Reason", default="")
    exception: str | None = field(name="Class Name", default=None)
    description: str | None = field(name="Description", default=None)
    loss: str | None = field(name="Loss Reason", default=None)
    kill: str | None = field(name="Kill Reason", default=None)


class TaskInfo(_Event):
    """When and where a task attempt ran."""

    task: Count = field(name="Task ID")
    executor: Name = field(name="Executor ID")
    launch_ms: Millis = field(name="Launch Time")
    finish_ms: Millis = field(name="Finish Time")
    attempt: Count = field(name="Attempt", default=0)
    index: Count = field(name="Index", default=-1)


class TaskMetrics(_Event):
    """What a task attempt took."""

    run_ms: Count | None = field(name="Executor Run Time", default=None)
    cpu_ns: Count | None = field(name="Executor CPU Time", default=None)
    gc_ms: Count | None = field(name="JVM GC Time", default=None)
    deserialize_ms: Count | None = field(name="Executor Deserialize Time", default=None)
    peak_execution_bytes: Count = field(name="Peak Execution Memory", default=0)


class TaskEnd(_Event):
    """A task attempt has ended; lost ones have no metrics."""

    stage: Count = field(name="Stage ID")
    reason: TaskEndReason = field(name="Task End Reason")
    info: TaskInfo = field(name="Task Info")
    stage_attempt: Count = field(name="Stage Attempt ID", default=0)
    metrics: TaskMetrics | None = field(name="Task Metrics", default=None)


class MemoryPeaks(_Event):
    """The most memory of an executor that Spark saw when it looked, in bytes; 0 when it did not look."""

    heap: Count = field(name="JVMHeapMemory", default=0)
    jvm: Count = field(name="ProcessTreeJVMRSSMemory", default=0)
    python: Count = field(name="ProcessTreePythonRSSMemory", default=0)


class StageExecutorMetrics(_Event):
    """What an executor used during a stage, since Spark 3.0 and with spark.eventLog.logStageExecutorMetrics."""

    executor: str = field(name="Executor ID")
    peaks: MemoryPeaks = field(name="Executor Metrics", default_factory=MemoryPeaks)


_PREFIX = "SparkListener"
_TYPES: tuple[type[_Event], ...] = (
    LogStart,
    EnvironmentUpdate,
    ApplicationStart,
    ApplicationEnd,
    ResourceProfileAdded,
    ExecutorAdded,
    ExecutorRemoved,
    BlockManagerAdded,
    BlockManagerRemoved,
    JobStart,
    JobEnd,
    StageCompleted,
    TaskEnd,
    StageExecutorMetrics,
)
DECODERS: dict[bytes, msgspec.json.Decoder[Any]] = {
    f"{_PREFIX}{type_.__name__}".encode(): msgspec.json.Decoder(type_) for type_ in _TYPES
} | {b"DBCEventLoggingListenerMetadata": msgspec.json.Decoder(LogStart)}
