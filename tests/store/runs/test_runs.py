"""Runs are added once, never changed, and come back as they went in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from store import InvalidRunsError, RunRecord, Store
from store.runlog import EXECUTOR_COLUMNS, NAMES, TASK_COLUMNS

Make = Callable[..., dict[str, Any]]
TASK = {
    "stage_id": 0,
    "stage_attempt": 0,
    "task_id": 7,
    "task_attempt": 0,
    "executor_id": "1",
    "launch_ms": 1_700_000_000_000,
    "finish_ms": 1_700_000_000_900,
    "run_ms": 800,
    "cpu_ns": 700_000_000,
    "gc_ms": 3,
    "deserialize_ms": 4,
    "failed": False,
    "reason": None,
    "peak_execution_bytes": 4_096,
}


def test_an_empty_store_has_the_columns_and_types(store: Store) -> None:
    empty = store.runs.load()
    assert empty.columns.tolist() == list(NAMES)
    assert str(empty["num_executors"].dtype) == "int64"
    assert store.runs.pairs().columns.tolist() == ["application", "cluster", "runs", "ok_runs", "origins"]


def test_runs_come_back_as_they_went_in(store: Store, run: Make) -> None:
    given = run(
        run_id="9c2f5c8e-3f0b-4e55-8e6f-6b0a3f0c1d2e",
        started_at=pd.Timestamp("2026-01-31T13:45:00.123456Z"),
        settings={"host_cpus": 2, "nested": {"a": [1, None]}},
        origin="reconstructed",
        campaign="c",
        repeat=3,
    )
    store.runs.add(pd.DataFrame([given]))
    loaded = store.runs.load().iloc[0]
    assert {name: loaded[name] for name in given} == given


def test_the_same_runs_again_add_nothing(store: Store, run: Make) -> None:
    frame = pd.DataFrame([run(repeat=number) for number in range(4)])
    first, again = store.runs.add(frame.head(3)), store.runs.add(frame)
    assert (first.added, first.already_there) == (3, 0)
    assert (again.added, again.already_there) == (1, 3)


def test_all_or_none(store: Store, run: Make) -> None:
    with pytest.raises(InvalidRunsError, match="row 2, column cluster"):
        store.runs.add(pd.DataFrame([run(), run(cluster="")]))
    assert store.runs.load().empty


def test_filters(store: Store, run: Make) -> None:
    store.runs.add(
        pd.DataFrame(
            [
                run(),
                run(application="xception", campaign="night"),
                run(cluster="other", origin="measured"),
                run(status="oom", completion_time_s=None),
            ]
        )
    )
    runs = store.runs
    assert len(runs.load()) == 4
    assert len(runs.load(application="resnet50")) == 3
    assert len(runs.load(application="resnet50", cluster="lab", status="ok")) == 1
    assert len(runs.load(campaign="night")) == 1
    assert len(runs.load(origin="measured")) == 1
    assert runs.load(cluster="nowhere").empty
    assert runs.pairs().to_dict(orient="records") == [
        {"application": "resnet50", "cluster": "lab", "runs": 2, "ok_runs": 1, "origins": ["uploaded"]},
        {"application": "resnet50", "cluster": "other", "runs": 1, "ok_runs": 1, "origins": ["measured"]},
        {"application": "xception", "cluster": "lab", "runs": 1, "ok_runs": 1, "origins": ["uploaded"]},
    ]


def test_tasks_and_executors_belong_to_their_run(store: Store, run: Make) -> None:
    executor = {"executor_id": "1", "host": "h", "cores": 2, "added_ms": 5, "tasks": 1}
    record = RunRecord(run(), [TASK, {**TASK, "task_id": 8, "failed": True, "reason": "x"}], [executor])
    assert store.runs.add_records([record, record, RunRecord(run(repeat=1))]).added == 2
    assert store.runs.add_records([record]).already_there == 1
    plain = store.runs.load()
    with_tasks = plain.loc[plain["repeat"].isna(), "run_id"].item()
    tasks, executors = store.runs.tasks(with_tasks), store.runs.executors(with_tasks)
    assert tasks.columns.tolist() == [column.name for column in TASK_COLUMNS]
    assert tasks["failed"].tolist() == [False, True]
    assert tasks.iloc[0].drop("run_id").to_dict() == TASK
    assert executors.columns.tolist() == [column.name for column in EXECUTOR_COLUMNS]
    assert executors["removed_ms"].isna().all()
    assert store.runs.tasks("nobody").empty
    pd.testing.assert_frame_equal(store.runs.all_tasks(), tasks)
    pd.testing.assert_frame_equal(store.runs.all_tasks(application="resnet50", cluster="lab"), tasks)
    assert store.runs.all_tasks(cluster="other").empty


@pytest.mark.parametrize(
    ("task", "words"),
    [
        ({"task": 1}, "column task: is no column of tasks"),
        ({"run_ms": "long"}, "tasks: "),
        ({"run_ms": 10**30}, "tasks: "),
        ({"failed": "maybe"}, "tasks: "),
        ({"reason": "\ud800"}, "tasks: "),
    ],
)
def test_tasks_of_the_wrong_kind_are_refused(store: Store, run: Make, task: Any, words: str) -> None:
    with pytest.raises(InvalidRunsError, match=words):
        store.runs.add_records([RunRecord(run(), [task])])
    assert store.runs.load().empty
