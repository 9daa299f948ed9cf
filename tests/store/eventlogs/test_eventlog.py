"""Spark event logs, written here event by event as Spark 4 writes them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from store.eventlogs.eventlog import EventLogError, parse_event_log
from store.eventlogs.failures import failure_kind, status_of

START = {"Event": "SparkListenerLogStart", "Spark Version": "4.3.0"}
SETTINGS = {"Event": "SparkListenerEnvironmentUpdate", "Spark Properties": {"spark.executor.memory": "1g"}}
APPLICATION = {"Event": "SparkListenerApplicationStart", "App ID": "app-1", "Timestamp": 1_000}
UNKNOWN = {"Event": "org.example.SomethingNew", "Anything": [1, 2]}


def added(name: str, at: int = 2_000) -> dict[str, Any]:
    info = {"Host": "127.0.0.1", "Total Cores": 2, "Log Urls": {}}
    return {"Event": "SparkListenerExecutorAdded", "Timestamp": at, "Executor ID": name, "Executor Info": info}


def removed(name: str, at: int, reason: str) -> dict[str, Any]:
    return {"Event": "SparkListenerExecutorRemoved", "Timestamp": at, "Executor ID": name, "Removed Reason": reason}


def job_start(number: int, at: int) -> dict[str, Any]:
    return {"Event": "SparkListenerJobStart", "Job ID": number, "Submission Time": at, "Stage Infos": []}


def job_end(number: int, at: int, result: str = "JobSucceeded") -> dict[str, Any]:
    outcome = {"Result": result}
    return {"Event": "SparkListenerJobEnd", "Job ID": number, "Completion Time": at, "Job Result": outcome}


def task_end(task: int, executor: str, reason: dict[str, Any] | None = None, metrics: bool = True) -> dict[str, Any]:
    event: dict[str, Any] = {
        "Event": "SparkListenerTaskEnd",
        "Stage ID": 0,
        "Stage Attempt ID": 0,
        "Task End Reason": reason or {"Reason": "Success"},
        "Task Info": {
            "Task ID": task,
            "Attempt": 0,
            "Executor ID": executor,
            "Launch Time": 3_000,
            "Finish Time": 4_000,
        },
    }
    if metrics:
        event["Task Metrics"] = {
            "Executor Run Time": 900,
            "Executor CPU Time": 5_000_000,
            "JVM GC Time": 7,
            "Executor Deserialize Time": 80,
        }
    return event


def write_log(folder: Path, *events: dict[str, Any], tail: str = "") -> Path:
    path = folder / "app-1"
    path.write_text("".join(json.dumps(event) + "\n" for event in events) + tail, encoding="utf-8")
    return path


def test_a_whole_application(tmp_path: Path) -> None:
    log = parse_event_log(
        write_log(
            tmp_path,
            START,
            SETTINGS,
            APPLICATION,
            UNKNOWN,
            added("0"),
            added("1", at=2_500),
            job_start(0, 3_000),
            task_end(0, "0"),
            task_end(1, "0"),
            job_end(0, 4_000),
            job_start(1, 5_000),
            task_end(2, "1"),
            job_end(1, 7_250),
            {"Event": "SparkListenerApplicationEnd", "Timestamp": 8_000},
        )
    )
    assert (log.spark_version, log.app_id, log.app_start_ms, log.app_end_ms) == ("4.3.0", "app-1", 1_000, 8_000)
    assert log.properties == {"spark.executor.memory": "1g"}
    assert log.completion_time_s == 4.25
    assert log.failure_kind is None
    assert log.task_rows()[2] == {
        "stage_id": 0,
        "stage_attempt": 0,
        "task_id": 2,
        "task_attempt": 0,
        "executor_id": "1",
        "launch_ms": 3_000,
        "finish_ms": 4_000,
        "run_ms": 900,
        "cpu_ns": 5_000_000,
        "gc_ms": 7,
        "deserialize_ms": 80,
        "failed": False,
        "reason": None,
        "peak_execution_bytes": None,
    }
    assert [(row["executor_id"], row["cores"], row["tasks"]) for row in log.executor_rows()] == [
        ("0", 2, 2),
        ("1", 2, 1),
    ]


def peaks(executor: str, heap: int, python: int) -> dict[str, Any]:
    metrics = {"JVMHeapMemory": heap, "ProcessTreeJVMRSSMemory": 0, "ProcessTreePythonRSSMemory": python}
    return {
        "Event": "SparkListenerStageExecutorMetrics",
        "Executor ID": executor,
        "Stage ID": 0,
        "Stage Attempt ID": 0,
        "Executor Metrics": metrics,
    }


def test_the_highest_peak_of_all_stages_counts_and_zero_is_unknown(tmp_path: Path) -> None:
    stages = (peaks("0", 100, 0), peaks("driver", 999, 0), peaks("0", 70, 50))
    task = task_end(0, "0")
    task["Task Metrics"]["Peak Execution Memory"] = 4096
    log = parse_event_log(write_log(tmp_path, START, added("0"), added("1"), task, task_end(1, "1"), *stages))
    first, second = log.executor_rows()
    assert [first[f"peak_{name}_bytes"] for name in ("heap", "jvm", "python")] == [100, None, 50]
    assert [second[f"peak_{name}_bytes"] for name in ("heap", "jvm", "python")] == [None, None, None]
    assert [row["peak_execution_bytes"] for row in log.task_rows()] == [4096, None]


def test_a_job_that_did_not_succeed_has_no_completion_time(tmp_path: Path) -> None:
    events = (START, APPLICATION, job_start(0, 3_000), job_end(0, 4_000), job_start(1, 4_000))
    assert parse_event_log(write_log(tmp_path, *events)).completion_time_s is None
    assert parse_event_log(write_log(tmp_path, *events, job_end(1, 5_000, "JobFailed"))).completion_time_s is None
    assert parse_event_log(write_log(tmp_path, *events, job_end(1, 5_000))).completion_time_s == 2.0
    assert parse_event_log(write_log(tmp_path, START, APPLICATION)).completion_time_s is None


def test_the_first_of_two_removals_counts(tmp_path: Path) -> None:
    log = parse_event_log(
        write_log(
            tmp_path, START, added("0"), removed("0", 5, "Command exited with code 137"), removed("0", 9, "worker lost")
        )
    )
    assert (log.executors["0"].removed_ms, log.executors["0"].removed_reason) == (5, "Command exited with code 137")
    assert log.failure_kind == "oom_kill"


def test_a_lost_task_has_no_metrics(tmp_path: Path) -> None:
    reason = {"Reason": "ExecutorLostFailure", "Executor ID": "0", "Loss Reason": "Command exited with code 52"}
    log = parse_event_log(write_log(tmp_path, START, added("0"), task_end(0, "0", reason, metrics=False)))
    (row,) = log.task_rows()
    assert row["failed"]
    assert row["run_ms"] is None
    assert "exited with code 52" in row["reason"]
    assert log.failure_kind == "oom_heap"


def test_an_unfinished_last_line_is_dropped(tmp_path: Path) -> None:
    log = parse_event_log(write_log(tmp_path, START, APPLICATION, added("0"), tail='{"Event":"SparkListenerJobSt'))
    assert list(log.executors) == ["0"]
    assert log.jobs == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("run_id,application\n", "line 1: not JSON"),
        ('{"Event": "SparkListenerLogStart"}\nnonsense\n', "line 2: not JSON"),
        ('{"some": "json"}\n', 'line 1: no "Event" field'),
        ("[1, 2]\n", 'line 1: no "Event" field'),
    ],
)
def test_what_is_no_event_log_is_refused_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "file"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(EventLogError, match=message):
        parse_event_log(path)


def test_a_file_that_is_not_there_or_not_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EventLogError, match="No such file"):
        parse_event_log(tmp_path / "missing")
    (tmp_path / "binary").write_bytes(b"\x28\xb5\x2f\xfd\x00\xff")
    with pytest.raises(EventLogError, match="binary: the zstd data is damaged"):
        parse_event_log(tmp_path / "binary")


def exception(name: str, description: str) -> dict[str, str]:
    return {"Reason": "ExceptionFailure", "Class Name": name, "Description": description}


PYTHON = "org.apache.spark.api.python.PythonException"


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        (exception("java.lang.OutOfMemoryError", "Java heap space"), "oom_heap"),
        ({"Reason": "ExecutorLostFailure", "Loss Reason": "Command exited with code 137"}, "oom_kill"),
        ({"Reason": "ExecutorLostFailure", "Loss Reason": "Command exited with code 56"}, "infrastructure"),
        ({"Reason": "ExecutorLostFailure", "Loss Reason": "Remote RPC client disassociated"}, "infrastructure"),
        (exception("org.apache.spark.SparkException", "Python worker exited unexpectedly (crashed)"), "python_killed"),
        (exception(PYTHON, "Traceback ...\nMemoryError"), "oom_python"),
        (exception(PYTHON, "tensorflow...ResourceExhaustedError: OOM when allocating"), "oom_python"),
        (exception(PYTHON, "RuntimeError: std::bad_alloc"), "oom_python"),
        (exception(PYTHON, "ZeroDivisionError: division by zero"), "user_code"),
    ],
)
def test_failures_get_their_kind(tmp_path: Path, reason: dict[str, str], kind: str) -> None:
    log = parse_event_log(write_log(tmp_path, START, added("0"), task_end(0, "0", reason)))
    assert log.failure_kind == kind


def test_the_cause_wins_over_its_consequences() -> None:
    reasons = ["ExceptionFailure: java.lang.OutOfMemoryError", "Command exited with code 52", "ExecutorLostFailure"]
    assert failure_kind(reasons) == "oom_heap"
    assert failure_kind(reversed(reasons)) == "oom_heap"


def test_an_orderly_end_is_no_failure() -> None:
    assert failure_kind(["Executor killed by driver.", "Command exited with code 0"]) is None
    assert failure_kind([]) is None


@pytest.mark.parametrize(
    ("kind", "status"), [("oom_heap", "oom"), ("oom_kill", "oom"), ("oom_python", "oom"), ("launch", "failed")]
)
def test_only_running_out_of_memory_is_oom(kind: str, status: str) -> None:
    assert status_of(kind) == status
