"""Runs that look fine but are not measurements: doctored logs of a real run, each refused with its reason."""

from __future__ import annotations

import copy
import dataclasses
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from runner.runs.execution import Execution
from runner.runs.record import judge
from runner.runs.validity import find_faults
from runner.spec import RunSpec
from store.eventlogs.eventlog import EventLog, JobEvents, TaskEvent
from tests.runner.helpers import Finished, kept_log

Case = tuple[RunSpec, dict[str, Any], EventLog]


@pytest.fixture(scope="module")
def real(campaign: Finished) -> Case:
    """The real run of four tasks on two executors."""
    run = campaign.runs.iloc[1]
    log = kept_log(campaign.home, run["run_id"])
    folder = log.properties["spark.eventLog.dir"].removeprefix("file://").removesuffix("/eventlog")
    spec = RunSpec(
        run_id=run["run_id"],
        work_dir=folder.replace("%20", " "),
        application="tiny_cnn",
        executor_cores=[1, 1],
        executor_memory_mib=1024,
        images=20,
        tasks=4,
        batch_size=5,
        seed=0,
        task_cpus=1,
        launch_timeout_s=120.0,
        timeout_s=3600.0,
    )
    sums = {"predictions": 20, "corrupt_images": 0, "corrupt_examples": [], "id_sum": 190, "model_loads": 2}
    result = {"ok": True, "wall_s": 1.0, "cpu_s": 0.9} | sums
    return spec, result, log


def test_the_real_run_is_valid(real: Case) -> None:
    assert find_faults(*real) == []


def test_what_spark_hides_cannot_be_compared(real: Case) -> None:
    # A folder called `tokenizer` looks like a secret to Spark, which then does not log its path.
    spec, result, log = real
    spec = dataclasses.replace(spec, work_dir="/home/ana/tokenizer/.sparkcast/work/1", application="token-net")
    changed = copy.deepcopy(log)
    hidden = dict.fromkeys(("spark.eventLog.dir", "spark.app.name"), "*********(redacted)")
    changed.properties |= hidden
    assert find_faults(spec, result, changed) == []
    changed.properties["spark.executor.memory"] = "*********(redacted)"  # looks like no secret
    (fault,) = find_faults(spec, result, changed)
    assert fault.startswith("spark.executor.memory was '*********(redacted)'")


def late(log: EventLog) -> None:
    log.executors["0"].added_ms = (log.first_job_ms or 0) + 1


def uneven(log: EventLog) -> None:
    log.executors["0"].cores = 2


def replaced(log: EventLog) -> None:
    log.executors["2"] = dataclasses.replace(log.executors["0"], executor_id="2", added_ms=(log.first_job_ms or 0) + 5)


def lost(log: EventLog) -> None:
    log.executors["0"].removed_ms = (log.first_job_ms or 0) + 1
    log.executors["0"].removed_reason = "worker lost"


def retried(log: EventLog) -> None:
    log.tasks.append(dataclasses.replace(log.tasks[0], task_id=99, task_attempt=1))


def stage_again(log: EventLog) -> None:
    log.tasks[0] = dataclasses.replace(log.tasks[0], stage_attempt=1)


def hidden_failure(log: EventLog) -> None:
    log.tasks[0] = dataclasses.replace(log.tasks[0], failed=True, reason="ExceptionFailure")


def fewer_tasks(log: EventLog) -> None:
    del log.tasks[0]


def one_sided(log: EventLog) -> None:
    def on_zero(task: TaskEvent) -> TaskEvent:
        return dataclasses.replace(task, executor_id="0")

    log.tasks[:] = [on_zero(task) for task in log.tasks]


def unfinished(log: EventLog) -> None:
    log.jobs[7] = JobEvents(7, (log.first_job_ms or 0) + 1)


def other_collector(log: EventLog) -> None:
    log.properties["spark.executor.extraJavaOptions"] = (
        "-Xms1024m -XX:+UseSerialGC -XX:-UseAdaptiveSizePolicy -XX:TieredStopAtLevel=1"
    )


def growing_heap(log: EventLog) -> None:
    log.properties["spark.executor.extraJavaOptions"] = (
        "-XX:+UseParallelGC -XX:-UseAdaptiveSizePolicy -XX:TieredStopAtLevel=1"
    )


def other_heap(log: EventLog) -> None:
    log.properties["spark.executor.memory"] = "2g"


def adaptive(log: EventLog) -> None:
    log.properties["spark.sql.adaptive.enabled"] = "true"


@pytest.mark.parametrize(
    ("doctor", "fault"),
    [
        (late, "1 executors were registered when the job started, 2 were asked for"),
        (uneven, r"executors have \[1, 2\] cores, \[1, 1\] were asked for"),
        (replaced, "3 executors were started in all: some were replaced"),
        (lost, "executor 0 was lost during the run: worker lost"),
        (retried, "5 tasks ended, 4 were planned; some tasks were attempted more than once"),
        (stage_again, "some tasks were attempted more than once"),
        (hidden_failure, "1 tasks failed"),
        (fewer_tasks, "3 tasks ended, 4 were planned"),
        (one_sided, "tasks ran on 1 executors, 2 should have had one"),
        (unfinished, "the event log shows no finished job"),
        (other_collector, r"extraJavaOptions was without -XX:\+UseParallelGC"),
        (growing_heap, "extraJavaOptions was without -Xms1024m"),
        (other_heap, "spark.executor.memory was '2g', '1024m' was asked for"),
        (adaptive, "spark.sql.adaptive.enabled was 'true'"),
    ],
)
def test_a_doctored_log_is_refused(real: Case, doctor: Callable[[EventLog], None], fault: str) -> None:
    spec, result, log = real
    changed = copy.deepcopy(log)
    doctor(changed)
    assert re.search(fault, "; ".join(find_faults(spec, result, changed)))


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"predictions": 19}, "20 images went in, 19 predictions and 0 corrupt images came out"),
        ({"corrupt_images": 1}, "20 images went in, 20 predictions and 1 corrupt images came out"),
        (
            {"predictions": 0, "corrupt_images": 20, "corrupt_examples": ["a.jpg: Input is empty."]},
            "none of the 20 images could be read; the first: a.jpg: Input is empty.",
        ),
        ({"id_sum": 189}, "or not one of each"),
        ({"model_loads": 4}, "the model was loaded 4 times, 2 Python workers need it once each"),
        ({"cpu_s": 1.7}, "tasks used 1.7 CPU seconds in 1.0 s: more threads than 1"),
    ],
)
def test_doctored_sums_are_refused(real: Case, changed: dict[str, Any], fault: str) -> None:
    spec, result, log = real
    (found,) = find_faults(spec, result | changed, log)
    assert fault in found


def test_an_invalid_run_is_a_failed_run_without_a_time(real: Case) -> None:
    spec, result, log = real
    changed = copy.deepcopy(log)
    one_sided(changed)
    outcome = judge(spec, make_execution(result, changed))
    assert (outcome.status, outcome.failure_kind, outcome.completion_time_s) == ("failed", "infrastructure", None)
    assert outcome.reason == "not a valid measurement: tasks ran on 1 executors, 2 should have had one"


def test_an_executor_that_was_killed_and_replaced_is_what_made_a_run_invalid(real: Case) -> None:
    spec, result, log = real
    changed = copy.deepcopy(log)
    lost(changed)
    changed.executors["0"].removed_reason = "Command exited with code 137"
    outcome = judge(spec, make_execution(result, changed))
    assert (outcome.status, outcome.failure_kind, outcome.completion_time_s) == ("oom", "oom_kill", None)


def test_a_python_worker_that_was_replaced_without_a_word_is_what_made_a_run_invalid(real: Case) -> None:
    spec, result, log = real
    outcome = judge(spec, make_execution(result | {"model_loads": 3}, log))
    assert (outcome.status, outcome.failure_kind, outcome.completion_time_s) == ("failed", "python_killed", None)
    changed = copy.deepcopy(log)
    replaced(changed)  # an executor brings its own Python workers
    assert judge(spec, make_execution(result | {"model_loads": 3}, changed)).failure_kind == "infrastructure"


def test_a_run_without_a_log_is_a_failed_run(real: Case) -> None:
    spec, result, _ = real
    outcome = judge(spec, make_execution(result, None))
    assert (outcome.status, outcome.reason) == ("failed", "Spark left no readable event log")


def make_execution(result: dict[str, Any], log: EventLog | None) -> Execution:
    return Execution(datetime.now(UTC), 1.0, result, log, None)
