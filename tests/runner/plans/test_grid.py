"""The planner: which runs ranges of parameters make, and in which order."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from perfmodel.paper.published import published
from runner.errors import RunnerError
from runner.plans.grid import even_layouts, grid_runs, spread_layouts, total_layouts
from runner.plans.plan import Configuration, PlannedRun

GRID: dict[str, Any] = {
    "layouts": [(1, 1), (2, 3)],
    "memory_mib": [512, 1024],
    "images_per_partition": [20, 50],
    "sampling_rates_pct": [1.0, 100.0],
    "repeats": 3,
    "seed": 0,
}


def test_every_combination_comes_once_a_repeat() -> None:
    runs = grid_runs(**GRID)
    assert len(runs) == len(set(runs)) == 2 * 2 * 2 * 2 * 3
    assert PlannedRun(Configuration(2, 3, 512, 50, 1.0), repeat=3) in runs


def test_the_order_is_random_and_repeatable() -> None:
    assert grid_runs(**GRID) == grid_runs(**GRID)
    assert grid_runs(**GRID) != grid_runs(**GRID | {"seed": 1})
    assert set(grid_runs(**GRID)) == set(grid_runs(**GRID | {"seed": 1}))


def test_a_repeat_begins_when_the_one_before_is_complete() -> None:
    runs = grid_runs(**GRID)
    assert [run.repeat for run in runs] == [1] * 16 + [2] * 16 + [3] * 16
    first, second = ([run.configuration for run in runs if run.repeat == repeat] for repeat in (1, 2))
    assert sorted(first) == sorted(second)
    assert first != second


def test_more_repeats_only_add_to_the_end() -> None:
    assert grid_runs(**GRID | {"repeats": 5})[: 3 * 16] == grid_runs(**GRID)


def test_the_total_goes_up_as_table_7_says() -> None:
    # From (executors - 1) x max cores + min core to executors x max cores.
    assert spread_layouts([1, 2, 3], [1, 2, 3, 4]) == [
        *((1, total) for total in (1, 2, 3, 4)),
        *((2, total) for total in (5, 6, 7, 8)),
        *((3, total) for total in (9, 10, 11, 12)),
    ]
    assert spread_layouts([2], [2, 4, 6, 8]) == [(2, 10), (2, 12), (2, 14), (2, 16)]


def test_no_executor_gets_more_cores_than_the_run_log_takes() -> None:
    assert total_layouts([2], [2048]) == [(2, 2048)]
    with pytest.raises(RunnerError, match="--total-cores: 2,049 cores over 2 executors are more than 1,024 in one"):
        total_layouts([2], [2048, 2049])


def test_each_executor_gets_a_core() -> None:
    assert total_layouts([1, 2, 3], [2, 5]) == [(1, 2), (1, 5), (2, 2), (2, 5), (3, 5)]
    with pytest.raises(RunnerError, match="--total-cores: at most 3 cores for at least 4 executors"):
        total_layouts([4, 5], [2, 3])


@pytest.mark.parametrize("layouts", [even_layouts, spread_layouts])
def test_table_9_makes_1260_runs(layouts: Any) -> None:
    grid = published()["grid_table_9"]
    runs = grid_runs(
        layouts=layouts(grid["num_executors"], grid["executor_cores"]),
        memory_mib=[1024 * gib for gib in grid["executor_memory_gb"]],
        images_per_partition=grid["images_per_partition"],
        sampling_rates_pct=grid["sampling_rate_pct"],
        repeats=1,
        seed=0,
    )
    assert len(set(runs)) == grid["runs"] == 1260
    assert Counter(run.configuration.num_executors for run in runs) == {1: 420, 2: 420, 3: 420}


def test_a_plan_beyond_reason_is_refused() -> None:
    with pytest.raises(RunnerError, match="this plan has 160,000 runs, more than 100,000"):
        grid_runs(**GRID | {"repeats": 10_000})
