"""What the charts of one run show."""

from __future__ import annotations

import pandas as pd
import pytest

from pages.ui.runs import run_detail
from pages.ui.runs.timeline import LANES, timeline_data, timeline_figure, timeline_text
from perfmodel.evidence.execution import executors
from store.frames import from_records
from store.runlog import EXECUTOR_COLUMNS, TASK_COLUMNS


def task(executor: str, start: int, end: int, stage: int = 0, failed: bool = False):
    return {
        "run_id": "r", "stage_id": stage, "stage_attempt": 0, "executor_id": executor, "launch_ms": 1000 * start,
        "finish_ms": 1000 * end, "run_ms": 1000 * (end - start), "gc_ms": 0, "failed": failed,
    }  # fmt: skip


def tasks_of(*tasks):
    return from_records(tasks, TASK_COLUMNS)


def test_a_bar_is_a_task_a_lane_a_slot_and_a_trace_a_stage():
    data = timeline_data(tasks_of(task("0", 0, 4), task("0", 1, 2), task("1", 0, 3), task("1", 3, 5, stage=1)))
    assert data.lanes == ["executor 0, slot 1", "executor 0, slot 2", "executor 1"]
    figure = timeline_figure(data)
    first, second = figure.data
    assert (first.name, list(first.base), list(first.x)) == ("stage 0", [0, 1, 0], [4, 1, 3])
    assert (second.name, list(second.base), list(second.x)) == ("stage 1", [3], [2])
    assert list(figure.layout.yaxis.categoryarray) == data.lanes[::-1]
    assert timeline_text(data) == "Timeline of 4 task attempts, in 2 stages on 3 slots of executors, over 5.0 s."


def test_a_failed_attempt_is_hatched_and_said():
    data = timeline_data(tasks_of(task("0", 0, 1, failed=True), task("0", 1, 2)))
    failed = next(trace for trace in timeline_figure(data).data if trace.name == "stage 0, failed")
    assert failed.marker.pattern.shape == "/"
    assert "1 of them failed" in timeline_text(data)


def test_a_name_from_a_log_is_no_markup_in_a_chart():
    figure = timeline_figure(timeline_data(tasks_of(task("<a href='x'>", 0, 1))))
    assert figure.data[0].y[0] == "executor &lt;a href=&#x27;x&#x27;&gt;"
    assert "<a" not in figure.data[0].text[0]


def test_more_lanes_than_fit_are_counted():
    data = timeline_data(tasks_of(*(task(str(n), 0, 1) for n in range(LANES + 2))))
    assert (len(data.lanes), data.hidden) == (LANES, 2)
    assert f"on {LANES + 2} slots" in timeline_text(data)


@pytest.fixture
def memory():
    known = from_records(
        [
            {"run_id": "r", "executor_id": "0", "peak_heap_bytes": 2 << 30, "peak_python_bytes": 1 << 30},
            {"run_id": "r", "executor_id": "1", "peak_heap_bytes": 3 << 30},
        ],
        EXECUTOR_COLUMNS,
    )
    return run_detail.memory_data(executors(tasks_of(), known))


def test_memory_peaks_are_in_gib_beside_what_was_asked_for(memory):
    figure = run_detail.memory_figure(memory, 4.0)
    assert {trace.name: trace.y[0] for trace in figure.data} == {"Java heap": 2.0, "Python, resident": 1.0}
    assert len({trace.marker.pattern.shape for trace in figure.data}) == 2, "told apart without colour"
    assert figure.layout.shapes[0].y0 == 4.0
    text = run_detail.memory_text(memory, pd.Series({"executor_memory_gb": 4.0}))
    assert "Java heap 3.00 GiB, Python, resident 1.00 GiB; 4 GiB were asked for" in text


def test_the_facts_are_all_that_is_known():
    run = pd.Series(
        {
            **dict.fromkeys(run_detail.LABELS),
            "run_id": "r",
            "status": "ok",
            "executor_memory_gb": 8.0,
            "settings": {"gc": "G1", "tasks": 12},
        }
    )
    assert run_detail.facts(run) == {
        "Run": "r",
        "Memory (GiB)": "8",
        "Status": "ok",
        "settings: gc": "G1",
        "settings: tasks": "12",
    }
