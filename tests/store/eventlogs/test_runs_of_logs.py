"""One run out of an application: executors, memory, time, outcome; and what is not known is said, never guessed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from store.errors import EventLogError
from store.eventlogs.run import LoggedRun, Supplied, completed, logged_run
from tests.store.eventlogs.helpers import (
    Event,
    added,
    application,
    ended,
    environment,
    exception,
    job,
    lines,
    loss,
    read,
    removed,
    run_of,
    start,
    task,
    whole,
)

GIVEN = Supplied(application="a", cluster="c", sampling_rate_pct=10)


def fleet(run: LoggedRun) -> tuple[Any, Any, Any]:
    return run.row["num_executors"], run.row["executor_cores"], run.row["total_cores"]


def app_with(executors: list[Event], **settings: str) -> list[Event]:
    """A job from 10 s to 20 s."""
    head = [start(), environment(executor_memory="2g", master="yarn", **settings), application()]
    begin, end = job(0, 10_000, 20_000)
    before = [event for event in executors if event["Timestamp"] <= 10_000]
    return [*head, *before, begin, *executors[len(before) :], end, ended(21_000)]


def test_a_plain_application(tmp_path: Path) -> None:
    run = run_of(tmp_path, *whole(task(0, "0"), task(1, "1")))
    assert fleet(run) == (2, 2, 4)
    expected = {"executor_memory_gb": 1.0, "completion_time_s": 4.5, "status": "ok", "spark_version": "4.3.0"}
    assert {name: run.row[name] for name in expected} == expected
    assert (dict(run.unknown), run.notes, run.tasks) == ({}, (), 2)
    assert run.row["settings"]["log_complete"] is True


def test_the_time_is_the_clocks_not_the_tasks(tmp_path: Path) -> None:
    jobs = [*job(0, 3_000, 6_000), *job(1, 4_000, 5_000), *job(2, 7_000, 9_000)]
    events = [start(), environment(executor_memory="1g"), application(), added("0", 2_000)]
    run = run_of(tmp_path, *events, *jobs, *(task(number, "0") for number in range(40)), ended(9_500))
    assert run.row["completion_time_s"] == 6.0


@pytest.mark.parametrize("until", [2_000, 3_000])
def test_a_time_is_never_negative_or_zero(tmp_path: Path, until: int) -> None:
    events = [start(), environment(executor_memory="1g"), application(), added("0", 1_500)]
    run = run_of(tmp_path, *events, *job(0, 3_000, until), ended(9_500))
    assert run.row["completion_time_s"] is None
    assert "completion_time_s" in run.unknown
    with pytest.raises(EventLogError, match=r"say what this log does not: completion_time_s \("):
        completed(run, GIVEN)


def test_executors_count_for_the_time_that_they_were_there(tmp_path: Path) -> None:
    executors = [added("0", 5_000, cores=4), added("1", 5_000, cores=4), added("2", 15_000, cores=4)]
    executors += [removed("1", 15_000), removed("0", 20_500)]
    run = run_of(tmp_path, *app_with(executors, dynamicAllocation_enabled="true"))
    assert fleet(run) == (2, 4, 8)
    settings = run.row["settings"]
    assert (settings["dynamic_allocation"], settings["executors_mean"], settings["executors_registered"]) == (
        True,
        2.0,
        3,
    )
    assert "executors came and went: 2.00 on average" in run.notes[0]


def test_an_executor_that_left_before_the_jobs_does_not_count(tmp_path: Path) -> None:
    executors = [added("0", 2_000), removed("0", 9_000), added("1", 9_000)]
    assert fleet(run_of(tmp_path, *app_with(executors))) == (1, 2, 2)


def test_late_executors_count_in_full_and_are_mentioned(tmp_path: Path) -> None:
    run = run_of(tmp_path, *app_with([added("0", 5_000), added("1", 14_000)]))
    assert fleet(run) == (2, 2, 4)
    assert "registered after the first job had started" in run.notes[0]
    assert "dynamic_allocation" not in run.row["settings"]


def test_a_cluster_that_grows_is_its_average_without_dynamic_allocation_too(tmp_path: Path) -> None:
    grown = [added(str(number), 5_000 if number < 2 else 19_500) for number in range(8)]
    run = run_of(tmp_path, *app_with(grown))
    assert fleet(run) == (2, 2, 4)
    assert "executors came and went: 2.30 on average over the jobs' time, 8 in all" in run.notes
    assert (run.row["settings"]["executors_mean"], run.row["settings"]["executors_registered"]) == (2.3, 8)


def test_a_constant_fleet_did_not_come_and_go(tmp_path: Path) -> None:
    """With the settings that Amazon EMR has unless told otherwise."""
    emr = {"dynamicAllocation_enabled": "true", "yarn_heterogeneousExecutors_enabled": "true", "executor_cores": "4"}
    settings = environment(master="yarn", executor_memory="9486M", **emr)
    executors = [added("1", 2_000, cores=4), added("2", 2_500, cores=4)]
    run = run_of(
        tmp_path, start("3.5.0-amzn-0"), settings, application(), *executors, *job(0, 3_000, 7_500), ended(8_000)
    )
    assert fleet(run) == (2, 4, 8)
    assert (run.row["executor_memory_gb"], run.row["spark_version"]) == (9486 / 1024, "3.5.0-amzn-0")
    assert (run.row["settings"]["dynamic_allocation"], run.notes) == (True, ())


def test_cores_that_the_average_executors_cannot_have_are_said(tmp_path: Path) -> None:
    executors = [added("0", 5_000, cores=4), added("1", 5_000, cores=4), added("2", 5_000, cores=4)]
    run = run_of(tmp_path, *app_with([*executors, removed("2", 14_000)]))
    assert fleet(run) == (2, 4, 8)
    text = "total_cores is 8, what 2 executors of at most 4 can have; on average they had 9.6"
    assert text in run.notes


def test_a_lost_and_replaced_executor_is_one(tmp_path: Path) -> None:
    executors = [added("0", 5_000), removed("0", 14_000, "Command exited with code 143"), added("1", 14_500)]
    run = run_of(tmp_path, *app_with(executors))
    assert fleet(run) == (1, 2, 2)
    assert run.row["status"] == "ok"


def test_uneven_executors(tmp_path: Path) -> None:
    assert fleet(run_of(tmp_path, *app_with([added("0", 5_000, cores=3), added("1", 5_000, cores=2)]))) == (2, 3, 5)


def test_the_same_executor_announced_twice_is_one(tmp_path: Path) -> None:
    assert fleet(run_of(tmp_path, *app_with([added("0", 5_000), added("0", 5_000)]))) == (1, 2, 2)


def profile(number: int, mib: float | None) -> Event:
    memory = {} if mib is None else {"memory": {"Resource Name": "memory", "Amount": mib}}
    name = "SparkListenerResourceProfileAdded"
    return {"Event": name, "Resource Profile Id": number, "Executor Resource Requests": memory}


@pytest.mark.parametrize(
    ("profiles", "settings", "memory"),
    [
        ([], {"executor_memory": "8g"}, 8.0),
        ([], {"executor_memory": "8192m"}, 8.0),
        ([], {"executor_memory": "512"}, 0.5),
        ([], {}, None),
        ([], {"executor_memory": "lots"}, None),
        ([profile(0, 3072)], {"executor_memory": "8g"}, 3.0),
        ([profile(0, 3072), profile(1, 1024)], {}, 3.0),
        ([profile(0, None)], {"executor_memory": "8g"}, 8.0),
    ],
)
def test_memory(tmp_path: Path, profiles: list[Event], settings: dict[str, str], memory: float | None) -> None:
    events = [start(), *profiles, environment(master="yarn", **settings), application(), added("0", 2_000)]
    run = run_of(tmp_path, *events, *job(0, 3_000, 5_000), ended(6_000))
    assert run.row["executor_memory_gb"] == memory
    assert ("executor_memory_gb" in run.unknown) is (memory is None)


@pytest.mark.parametrize(
    ("master", "cores"), [("local", 1), ("local[3]", 3), ("local[2,4]", 2), ("local[*]", None), ("local[*, 4]", None)]
)
def test_local_mode_is_one_executor_in_the_driver(tmp_path: Path, master: str, cores: int | None) -> None:
    settings = environment(master=master, executor_memory="9g", driver_memory="3g")
    run = run_of(tmp_path, start(), settings, application(), *job(0, 3_000, 5_000), ended(6_000))
    assert (run.row["num_executors"], run.row["executor_cores"], run.row["executor_memory_gb"]) == (1, cores, 3.0)
    assert "local mode" in run.notes[0]


def failing(*inside: Event, failure: str = "Job aborted due to stage failure") -> list[Event]:
    begin, end = job(0, 3_000, 7_500, failure)
    head = [start(), environment(executor_memory="1g", master="yarn"), application()]
    return [*head, added("0", 2_000), added("1", 2_500), begin, *inside, end, ended(8_000)]


OOM = exception("java.lang.OutOfMemoryError", "Java heap space")
LOST_52 = loss("Command exited with code 52")


@pytest.mark.parametrize(
    ("inside", "status", "kind", "counts"),
    [
        # One OOM: the task, another task of the executor, and its removal, logged twice.
        (
            [task(0, "0", OOM), task(1, "0", LOST_52), *[removed("0", 4_000, "Command exited with code 52")] * 2],
            "oom",
            "oom_heap",
            {"oom_heap": 1},
        ),
        ([task(0, "0", OOM), task(1, "1", OOM)], "oom", "oom_heap", {"oom_heap": 2}),
        ([removed("0", 4_000, "Container killed by YARN for exceeding memory limits")], "oom", "oom_kill", None),
        ([task(0, "0", loss("Container exited. Exit status: 137. Diagnostics: "))], "oom", "oom_kill", None),
        ([task(0, "0", loss("Container marked as failed. Exit status: 143."))], "failed", "infrastructure", None),
        ([removed("0", 4_000, "Command exited with code 1")], "failed", "launch", None),
        ([task(0, "0"), removed("0", 4_000, "Command exited with code 1")], "failed", "infrastructure", None),
        ([task(0, "0", exception("E", "returned non-zero exit status 1"))], "failed", "user_code", {"user_code": 1}),
        ([task(0, "0", {"Reason": "TaskKilled", "Kill Reason": "another attempt succeeded"})], "failed", None, None),
    ],
)
def test_failures(
    tmp_path: Path, inside: list[Event], status: str, kind: str | None, counts: dict[str, int] | None
) -> None:
    run = run_of(tmp_path, *failing(*inside))
    assert (run.row["status"], run.row["failure_kind"], run.row["completion_time_s"]) == (status, kind, None)
    if counts is not None:
        assert run.row["settings"]["failures"] == counts


def test_a_job_that_was_cancelled(tmp_path: Path) -> None:
    run = run_of(tmp_path, *failing(failure="Job 0 cancelled because SparkContext was shut down"))
    assert (run.row["status"], run.row["failure_kind"]) == ("cancelled", None)


SHUT_DOWN = "Job 0 cancelled because SparkContext was shut down"


@pytest.mark.parametrize(
    ("inside", "failure", "status"),
    [
        ([task(0, "0", OOM), task(1, "1", index=0)], SHUT_DOWN, "cancelled"),
        ([task(0, "0", OOM), task(1, "1")], SHUT_DOWN, "oom"),  # another task's success does not repeat it
        ([task(0, "0", OOM)], "Job 0 cancelled as part of cancellation of all jobs", "cancelled"),
        ([removed("0", 4_000, "Command exited with code 1")], SHUT_DOWN, "failed"),
        ([removed("0", 4_000, "Command exited with code 52"), task(0, "1")], SHUT_DOWN, "cancelled"),
    ],
)
def test_who_cancels_ends_a_run_and_not_what_was_repeated(
    tmp_path: Path, inside: list[Event], failure: str, status: str
) -> None:
    run = run_of(tmp_path, *failing(*inside, failure=failure))
    assert run.row["status"] == status
    assert (run.row["failure_kind"] is None) is (status == "cancelled")


def test_the_jobs_message_is_the_last_resort(tmp_path: Path) -> None:
    text = "Job aborted due to stage failure: Lost task 0.0: java.lang.OutOfMemoryError: Java heap space"
    run = run_of(tmp_path, *failing(failure=text))
    assert (run.row["status"], run.row["failure_kind"]) == ("oom", "oom_heap")


def test_a_repeated_task_is_no_failure_of_the_run(tmp_path: Path) -> None:
    run = run_of(tmp_path, *whole(task(0, "0", exception("E")), task(1, "0")))
    assert (run.row["status"], run.row["completion_time_s"]) == ("ok", 4.5)
    assert run.row["settings"]["failed_tasks"] == 1
    assert "1 task attempts failed and were repeated" in run.notes[0]


def test_a_log_that_stops_while_a_job_runs_is_no_success(tmp_path: Path) -> None:
    run = run_of(tmp_path, *whole(task(0, "0"))[:7])
    assert (run.row["status"], run.row["completion_time_s"], run.row["failure_kind"]) == ("failed", None, None)
    assert "the log stops while 1 of its jobs ran" in run.notes[0]
    assert run.row["settings"]["log_complete"] is False


def test_a_log_without_its_end_but_with_all_its_jobs(tmp_path: Path) -> None:
    run = run_of(tmp_path, *whole()[:-1])
    assert (run.row["status"], run.row["completion_time_s"]) == ("ok", 4.5)
    assert "jobs that came later are not in it" in run.notes[0]


def test_a_log_that_is_cut_after_its_jobs_is_the_same_as_one_that_ends_with_a_line(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(lines(*whole()[:-1]) + b'{"Event":"SparkLis')
    run = logged_run(read(path))
    assert (run.row["status"], run.row["completion_time_s"]) == ("ok", 4.5)
    assert "jobs that came later are not in it" in run.notes[0]
    assert run.row["settings"]["log_complete"] is False


def test_spark_1_2_has_stages_only(tmp_path: Path) -> None:
    begin = {"Event": "SparkListenerJobStart", "Job ID": 0}
    stages = [
        {
            "Event": "SparkListenerStageCompleted",
            "Stage Info": {"Stage ID": n, "Submission Time": a, "Completion Time": b},
        }
        for n, a, b in ((0, 3_000, 4_000), (1, 4_100, 6_500))
    ]
    end = {"Event": "SparkListenerJobEnd", "Job ID": 0, "Job Result": {"Result": "JobSucceeded"}}
    blocks = {"Event": "SparkListenerBlockManagerAdded", "Block Manager ID": {"Executor ID": "0", "Host": "h"}}
    driver = {"Event": "SparkListenerBlockManagerAdded", "Block Manager ID": {"Executor ID": "<driver>"}}
    settings = environment(master="spark://h:7077", executor_memory="1g")
    timed = [{**one, "Timestamp": 1_500} for one in (driver, blocks)]
    run = run_of(tmp_path, settings, application(), *timed, begin, *stages, end, ended(8_000))
    assert (run.row["num_executors"], run.row["executor_cores"], run.row["completion_time_s"]) == (1, None, 3.5)
    assert {"executor_cores", "spark_version"} <= set(run.unknown)


def test_the_log_wins_over_what_is_given(tmp_path: Path) -> None:
    run = run_of(tmp_path, *whole())
    row, notes = completed(run, Supplied(**{**vars_of(GIVEN), "executor_cores": 7, "num_executors": 2}))
    assert (row["executor_cores"], row["num_executors"]) == (2, 2)
    assert notes == ("executor_cores is 2, as the log says; the 7 that was given is not used",)


def vars_of(supplied: Supplied) -> dict[str, Any]:
    return {name: getattr(supplied, name) for name in supplied.__dataclass_fields__}


def test_everything_missing_is_named_at_once(tmp_path: Path) -> None:
    run = run_of(tmp_path, start(), environment(master="yarn"), application(), *job(0, 3_000, 5_000), ended(6_000))
    with pytest.raises(EventLogError) as caught:
        completed(run, Supplied(sampling_rate_pct=10))
    for name in ("application", "cluster", "num_executors", "executor_cores", "executor_memory_gb"):
        assert name in str(caught.value)


@pytest.mark.parametrize("kind", ["jobs", "executors"])
def test_what_is_kept_in_mind_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setattr("store.eventlogs.learning.MOST_THINGS", 5)
    many = {
        "jobs": [{"Event": "SparkListenerJobStart", "Job ID": n, "Submission Time": 3_000} for n in range(10)],
        "executors": [task(n, f"no-{n}") for n in range(10)],
    }
    with pytest.raises(EventLogError, match=f"more than 5 {kind}"):
        run_of(tmp_path, *whole(*many[kind]))
