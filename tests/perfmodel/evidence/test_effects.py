from __future__ import annotations

import pandas as pd
import pytest

from perfmodel.evidence.effects import effects, mean_task_seconds
from perfmodel.paper.published import published_application


def table(frame, column):
    return frame[frame["column"] == column].set_index("level")


def test_the_reconstructed_cluster_shows_the_published_effects(paper_runs):
    found = effects(paper_runs)
    figures = published_application("resnet50")
    for level, value in figures.by_cores.items():
        assert table(found, "executor_cores").loc[level, "mean"] == pytest.approx(value, abs=0.02)
    for level, value in figures.by_executors.items():
        assert table(found, "num_executors").loc[level, "mean"] == pytest.approx(value, abs=0.02)
    assert table(found, "sampling_rate_pct").loc[10, "mean"] == pytest.approx(0.1, abs=0.005)
    assert found["max"].max() == 1
    assert set(found["column"]) == {*("sampling_rate_pct", "executor_memory_gb", "images_per_partition")} | {
        "executor_cores",
        "num_executors",
    }


def test_repeats_count_once_and_unstated_columns_are_left_out():
    runs = pd.DataFrame(
        {
            "sampling_rate_pct": 100.0,
            "executor_memory_gb": 1.0,
            "images_per_partition": [None, 20, None, 20],
            "executor_cores": [1, 1, 2, 2],
            "num_executors": 1,
            "completion_time_s": [100.0, 140.0, 50.0, 70.0],
        }
    )
    found = effects(runs)
    assert list(found["column"]) == ["executor_cores", "executor_cores"]
    assert list(found["mean"]) == [1, 0.5]
    assert list(found["groups"]) == [1, 1]


def test_runs_of_one_configuration_have_no_effects(paper_runs):
    assert effects(paper_runs.head(1)).empty


def test_task_time_leaves_failed_tasks_out():
    tasks = pd.DataFrame(
        {
            "run_id": ["a", "a", "a", "b"],
            "launch_ms": [0, 0, 0, 500],
            "finish_ms": [1000, 3000, 99_000, 1500],
            "failed": [False, False, True, False],
        }
    )
    assert mean_task_seconds(tasks).to_dict() == {"a": 2, "b": 1}
