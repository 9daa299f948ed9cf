"""The run log: the contract between runner, store and perfmodel.

The only place that spells the columns out. The CSV header of uploads, the DuckDB columns and the
data frame columns are these names; docs/run-log-format.md and the template are made from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Type = Literal["text", "integer", "float", "boolean", "timestamp", "json"]

STATUSES = ("ok", "oom", "failed", "cancelled")
FAILURE_KINDS = (
    "oom_heap",
    "oom_python",
    "oom_kill",
    "python_killed",
    "launch",
    "infrastructure",
    "user_code",
)
ORIGINS = ("measured", "uploaded", "reconstructed", "simulated")
NAME_LENGTH = 100


@dataclass(frozen=True)
class Column:
    """One column of a table that others fill.

    Parameters
    ----------
    name : str
        The name in CSV headers, data frames and SQL.
    type : str
        One of text, integer, float, boolean, timestamp (UTC), json (an object).
    description : str
        What it means, for people who fill it in.
    unit : str
        Unit of a number, "" when it counts things.
    minimum, maximum : float or None
        Bounds of a number, both included unless `above` is set.
    above : bool
        The minimum itself is excluded.
    choices : tuple of str
        The only values allowed, when there are any.
    needed : str
        Whether an upload must have it: "yes", "no", or the condition in words.
    required : bool
        A stored run always has a value.
    example : str
        A cell of the template.
    """

    name: str
    type: Type
    description: str
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    above: bool = False
    choices: tuple[str, ...] = ()
    needed: str = "no"
    required: bool = False
    example: str = ""

    @property
    def range(self) -> str:
        """The allowed values in words."""
        if self.choices:
            return ", ".join(self.choices)
        if self.minimum is None or self.maximum is None:
            return ""
        low = f"above {self.minimum:,g}" if self.above else f"{_plain(self.minimum)}"
        return f"{low} to {_plain(self.maximum)}"


def _plain(number: float) -> str:
    return f"{number:,.0f}" if float(number).is_integer() else f"{number:,}"


COLUMNS: tuple[Column, ...] = (
    Column(
        "run_id",
        "text",
        "UUID of the run. Made from the row's content when absent, so that the same row twice is one run.",
        required=True,
    ),
    Column(
        "application",
        "text",
        f"The CNN job, such as resnet50. 1 to {NAME_LENGTH} printable characters.",
        needed="yes",
        required=True,
        example="resnet50",
    ),
    Column(
        "cluster",
        "text",
        "The homogeneous environment that the run used; a model is valid for one cluster only. "
        f"1 to {NAME_LENGTH} printable characters.",
        needed="yes",
        required=True,
        example="my-cluster",
    ),
    Column(
        "num_executors",
        "integer",
        "Executors that worked on the run (spark.executor.instances).",
        minimum=1,
        maximum=100_000,
        needed="yes",
        required=True,
        example="4",
    ),
    Column(
        "executor_cores",
        "integer",
        "Cores of one executor (spark.executor.cores); the largest when they are uneven.",
        minimum=1,
        maximum=1_024,
        needed="yes",
        required=True,
        example="2",
    ),
    Column(
        "total_cores",
        "integer",
        "Cores over all executors. Default: num_executors x executor_cores.",
        minimum=1,
        maximum=102_400_000,
        required=True,
        example="8",
    ),
    Column(
        "executor_memory_gb",
        "float",
        "Memory of one executor (spark.executor.memory), as a plain number of GiB: 8g and 8192m are both 8.",
        unit="GiB",
        minimum=0,
        maximum=1_000,
        above=True,
        needed="yes",
        required=True,
        example="8",
    ),
    Column(
        "images_per_partition",
        "integer",
        "Images of one partition, so of one task.",
        minimum=1,
        maximum=1_000_000_000,
        example="50",
    ),
    Column(
        "sampling_rate_pct",
        "float",
        "Share of the data set that the run processed; 100 is all of it. Computed when "
        "input_images and dataset_images are given.",
        unit="percent",
        minimum=0,
        maximum=10_000,
        above=True,
        needed="yes, or input_images with dataset_images",
        required=True,
        example="10",
    ),
    Column(
        "input_images",
        "integer",
        "Images that the run processed. Computed from the sampling rate when dataset_images is given.",
        minimum=1,
        maximum=1_000_000_000_000,
        example="1000",
    ),
    Column(
        "dataset_images",
        "integer",
        "Images in the whole data set.",
        minimum=1,
        maximum=1_000_000_000_000,
        example="10000",
    ),
    Column(
        "completion_time_s",
        "float",
        "Seconds from submitting the first Spark job of the run to the end of its last. Empty unless the status is ok.",
        unit="s",
        minimum=0,
        maximum=2_592_000,
        above=True,
        needed="yes, when the status is ok",
        example="123.4",
    ),
    Column(
        "status",
        "text",
        "How the run ended. A failed run is a row without a completion time. Default: ok.",
        choices=STATUSES,
        required=True,
        example="ok",
    ),
    Column(
        "failure_kind",
        "text",
        "Why the run failed, when it did.",
        choices=FAILURE_KINDS,
    ),
    Column(
        "started_at",
        "timestamp",
        "When the run started, as ISO 8601. Without an offset it is UTC.",
        unit="UTC",
        example="2026-01-31T13:45:00Z",
    ),
    Column("spark_version", "text", "Version of Spark.", example="4.3.0"),
    Column("campaign", "text", "The planned set of runs that it belongs to."),
    Column(
        "repeat",
        "integer",
        "Which repetition of the same configuration.",
        minimum=0,
        maximum=1_000_000,
        example="1",
    ),
    Column(
        "origin",
        "text",
        "Where the row comes from: measured by our runner, uploaded, reconstructed from published "
        "tables, simulated. Set by Sparkcast; ignored in an upload, whose rows are uploaded.",
        choices=ORIGINS,
        needed="set by Sparkcast",
        required=True,
    ),
    Column(
        "settings",
        "json",
        "Whatever else described the run, as a JSON object: memory_regime, gc, worker_reuse, "
        "task_cpus, input_size, host_cpus, oversubscribed, accelerator, ...",
        example='{"gc": "ParallelGC"}',
    ),
)

TASK_COLUMNS: tuple[Column, ...] = (
    Column("run_id", "text", "The run.", required=True),
    Column("stage_id", "integer", "Stage of the application."),
    Column("stage_attempt", "integer", "Attempt of the stage, from 0."),
    Column("task_id", "integer", "Task, unique in the application."),
    Column("task_attempt", "integer", "Attempt of the task, from 0."),
    Column("executor_id", "text", "Executor that ran it."),
    Column("launch_ms", "integer", "Launch.", unit="ms since 1970 UTC"),
    Column("finish_ms", "integer", "Finish.", unit="ms since 1970 UTC"),
    Column("run_ms", "integer", "Executor run time.", unit="ms"),
    Column("cpu_ns", "integer", "Executor CPU time, without Python.", unit="ns"),
    Column("gc_ms", "integer", "Garbage collection.", unit="ms"),
    Column("deserialize_ms", "integer", "Deserialising the task.", unit="ms"),
    Column("failed", "boolean", "The task failed."),
    Column("reason", "text", "Why it failed."),
    Column("peak_execution_bytes", "integer", "Most execution memory; empty when unknown.", unit="bytes"),
)

EXECUTOR_COLUMNS: tuple[Column, ...] = (
    Column("run_id", "text", "The run.", required=True),
    Column("executor_id", "text", "Spark's name of the executor."),
    Column("host", "text", "Where it ran."),
    Column("cores", "integer", "Its cores."),
    Column("added_ms", "integer", "Registered.", unit="ms since 1970 UTC"),
    Column("removed_ms", "integer", "Removed; empty when it lived to the end.", unit="ms since 1970 UTC"),
    Column("tasks", "integer", "Tasks that ran on it."),
    Column("removed_reason", "text", "Why it was removed."),
    Column("peak_heap_bytes", "integer", "Most heap in use, as polled; empty when unknown.", unit="bytes"),
    Column("peak_jvm_bytes", "integer", "Most resident memory of the JVM; empty when unknown.", unit="bytes"),
    Column(
        "peak_python_bytes", "integer", "Most resident memory of its Python workers; empty when unknown.", unit="bytes"
    ),
)

NAMES = tuple(column.name for column in COLUMNS)
BY_NAME = {column.name: column for column in COLUMNS}


def template() -> str:
    """Return a CSV with the header of uploads and one example run."""
    columns = [column for column in COLUMNS if column.name not in ("run_id", "origin")]
    cells = ('"' + c.example.replace('"', '""') + '"' if '"' in c.example else c.example for c in columns)
    return ",".join(c.name for c in columns) + "\n" + ",".join(cells) + "\n"
