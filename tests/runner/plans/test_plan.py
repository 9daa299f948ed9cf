"""A campaign's name, and what tells its runs apart."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from runner.networks.applications import get_application
from runner.plans.grid import grid_runs
from runner.plans.plan import Configuration, Plan, PlannedRun, count_tasks, fit_batch, run_of_row
from store.names import check_name

GRID: dict[str, Any] = {
    "layouts": [(1, 1), (2, 2)],
    "memory_mib": [512, 1024],
    "images_per_partition": [20, 50],
    "sampling_rates_pct": [1.0, 100.0],
    "repeats": 3,
    "seed": 0,
}


def make_plan(**changed: Any) -> Plan:
    grid = GRID | {name: value for name, value in changed.items() if name in GRID}
    others = {name: value for name, value in changed.items() if name not in GRID}
    names = {"application": get_application("tiny_cnn"), "cluster": "here", "dataset": "d", "images": 40}
    names |= {"seed": grid["seed"]} | others
    return Plan(**names, runs=grid_runs(**grid))


@pytest.mark.parametrize(
    "changed",
    [
        {"repeats": 4},
        {"seed": 1},
        {"layouts": [(1, 1)]},
        {"layouts": [(1, 1), (2, 3)]},
        {"cluster": "there"},
        {"images": 41},
        {"dataset": "e"},
        {"application": replace(get_application("tiny_cnn"), model_sha256="ab12")},
        {"memory_regime": "heap"},
    ],
)
def test_another_plan_gets_another_campaign(changed: dict[str, Any]) -> None:
    assert make_plan().default_campaign() == make_plan().default_campaign()
    assert make_plan(**changed).default_campaign() != make_plan().default_campaign()


def test_a_long_name_of_a_model_makes_a_name_that_the_store_takes() -> None:
    long = replace(get_application("tiny_cnn"), name="n" * 100)
    check_name("campaign", make_plan(application=long).default_campaign())


def test_a_stored_row_is_its_run() -> None:
    run = PlannedRun(Configuration(2, 3, 1500, 50, 12.5), repeat=2)
    row = {
        "num_executors": 2,
        "executor_cores": 2,
        "total_cores": 3,
        "executor_memory_gb": 1500 / 1024,
        "images_per_partition": 50,
        "sampling_rate_pct": 12.5,
        "repeat": 2,
    }
    assert run_of_row(row) == run


@pytest.mark.parametrize(
    ("executors", "total", "cores", "said"),
    [
        (2, 5, [3, 2], "1 x 3 + 1 x 2 cores, 1 GiB"),
        (3, 7, [3, 2, 2], "1 x 3 + 2 x 2 cores, 1 GiB"),
        (3, 6, [2, 2, 2], "3 x 2 cores, 1 GiB"),
        (4, 4, [1, 1, 1, 1], "4 x 1 cores, 1 GiB"),
    ],
)
def test_cores_are_spread_evenly_with_the_remainder_one_by_one(
    executors: int, total: int, cores: list[int], said: str
) -> None:
    one = Configuration(executors, total, 1024, 50, 100.0)
    assert one.executor_cores == cores
    assert str(one).startswith(said)


@pytest.mark.parametrize(("images", "size", "tasks"), [(1, 50, 1), (50, 50, 1), (51, 50, 2), (400, 50, 8)])
def test_the_number_of_tasks(images: int, size: int, tasks: int) -> None:
    assert count_tasks(images, size) == tasks


@pytest.mark.parametrize(
    ("images", "tasks", "batch"),
    [
        (400, 8, 10),  # partitions of 50: 5 batches of 10, not 3 of 16 and one of 2
        (40, 2, 10),  # partitions of 20: 2 batches of 10
        (53, 1, 9),  # 6 batches of 9: one image of padding
        (4, 1, 4),
        (1, 1, 1),
        (320, 10, 16),
    ],
)
def test_batches_fill_a_partition_with_little_padding(images: int, tasks: int, batch: int) -> None:
    assert fit_batch(images, tasks, largest=16) == batch
