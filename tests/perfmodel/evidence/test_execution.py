"""What happened inside one run, from its task records."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from perfmodel.evidence.execution import executors, stages, timeline
from store.frames import from_records
from store.runlog import EXECUTOR_COLUMNS, TASK_COLUMNS

RUN = {"run_id": "r"}


def task(stage: int, executor: str, start_s: float, end_s: float, **more):
    times = {"launch_ms": 1_000_000 + round(1000 * start_s), "finish_ms": 1_000_000 + round(1000 * end_s)}
    figures = {"run_ms": round(1000 * (end_s - start_s)), "gc_ms": 0, "failed": False}
    return {**RUN, "stage_id": stage, "stage_attempt": 0, "executor_id": executor, **times, **figures, **more}


def tasks_of(*tasks):
    return from_records(tasks, TASK_COLUMNS)


def executors_of(*known):
    return from_records([{**RUN, **one} for one in known], EXECUTOR_COLUMNS)


@pytest.fixture
def two_stages():
    return tasks_of(
        task(0, "0", 0, 4, gc_ms=1000),
        task(0, "1", 0, 2, failed=True),
        task(0, "1", 2, 5),
        task(1, "0", 5, 6),
    )


def test_a_stage_is_the_sum_of_its_tasks(two_stages):
    first, second = stages(two_stages).to_dict(orient="records")
    assert (first["tasks"], first["failed"], first["start_s"], first["duration_s"]) == (3, 1, 0, 5)
    assert (first["median_task_s"], first["longest_task_s"]) == (3, 4)
    assert first["gc_share"] == pytest.approx(1000 / 9000)
    assert (second["start_s"], second["duration_s"], second["gc_share"]) == (5, 1, 0)


def test_an_executor_is_known_from_its_record_or_from_its_tasks(two_stages):
    known = executors_of({"executor_id": "0", "host": "node7", "cores": 2, "peak_heap_bytes": 5}, {"executor_id": "2"})
    table = executors(two_stages, known).set_index("executor_id")
    assert table["host"].fillna("unknown").tolist() == ["node7", "unknown", "unknown"]
    assert table["tasks"].tolist() == [2, 2, 0]
    assert table["failed"].tolist() == [0, 1, 0]
    assert table.loc["0", "task_s"] == 5
    assert table.loc["0", "gc_share"] == pytest.approx(0.2)
    assert table.loc["0", "peak_heap_bytes"] == 5
    assert np.isnan(table.loc["2", "gc_share"])


def test_a_lane_runs_one_task_at_a_time(two_stages):
    more = pd.concat([two_stages, tasks_of(task(0, "0", 1, 3), task(0, "0", 3, 4))])
    bars = timeline(more)
    assert bars[["executor_id", "slot"]].drop_duplicates().values.tolist() == [["0", 0], ["0", 1], ["1", 0]]
    for _, lane in bars.groupby(["executor_id", "slot"]):
        assert (lane["start_s"].iloc[1:].to_numpy() >= lane["end_s"].iloc[:-1].to_numpy()).all()
    assert bars["tasks"].sum() == len(more)
    assert bars.loc[bars["failed"], ["executor_id", "start_s", "end_s"]].values.tolist() == [["1", 0, 2]]


def test_executors_are_in_the_order_of_their_numbers():
    bars = timeline(tasks_of(*(task(0, name, 0, 1) for name in ("10", "9", "driver"))))
    assert bars["executor_id"].tolist() == ["9", "10", "driver"]


def test_tasks_that_nobody_could_tell_apart_become_one_bar():
    many = [task(0, "0", n / 1000, (n + 1) / 1000) for n in range(10_000)]
    bars = timeline(tasks_of(*many, task(0, "0", 10, 20)))
    assert len(bars) == 2
    assert bars["tasks"].tolist() == [10_000, 1]
    assert bars[["start_s", "end_s"]].values.tolist() == [[0, 10], [10, 20]]


def test_tasks_of_which_no_times_are_known_are_left_out():
    unknown = {**RUN, "stage_id": None, "executor_id": "0", "failed": None}
    bars = timeline(tasks_of(unknown, task(None, "0", 0, 1)))
    assert bars["tasks"].tolist() == [1]


def test_a_run_without_task_records_has_nothing_to_show():
    nothing = tasks_of()
    assert stages(nothing).empty
    assert timeline(nothing).empty
    assert executors(nothing, executors_of()).empty
