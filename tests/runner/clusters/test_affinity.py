"""CPUs of their own for executors, on machines of several shapes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from runner.clusters import affinity
from runner.clusters.affinity import CpuPlan, assign_cpus


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Four physical cores with two threads each: CPUs 0 to 3, and 4 to 7 as their second threads."""
    for cpu in range(8):
        folder = tmp_path / f"cpu{cpu}" / "topology"
        folder.mkdir(parents=True)
        (folder / "physical_package_id").write_text("0\n")
        (folder / "core_id").write_text(f"{cpu % 4}\n")
    monkeypatch.setattr(affinity, "_TOPOLOGY", tmp_path)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(8)))
    monkeypatch.setattr(affinity, "visible_cpus", lambda: 8)
    return tmp_path


def test_executors_get_physical_cores_while_they_last(machine: Path) -> None:
    assert assign_cpus([2, 1]) == CpuPlan([[2, 3], [1]], [0, 4, 5, 6, 7])


def test_beyond_that_an_executor_gets_both_threads_of_a_core(machine: Path) -> None:
    assert assign_cpus([4, 2]) == CpuPlan([[2, 3, 6, 7], [1, 5]], [0, 4])


def test_no_cpu_is_given_twice(machine: Path) -> None:
    plan = assign_cpus([3, 3, 2])
    assert sorted(cpu for cpus in [*plan.executors, plan.others] for cpu in cpus) == list(range(8))
    assert [len(cpus) for cpus in plan.executors] == [3, 3, 2]


def test_an_oversubscribed_run_is_not_isolated(machine: Path) -> None:
    assert assign_cpus([8, 1]) == CpuPlan([], [])


def test_a_container_that_may_use_less_than_it_sees_is_not_isolated(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(affinity, "visible_cpus", lambda: 4)
    assert assign_cpus([1]) == CpuPlan([], [])


def test_only_cpus_that_this_process_may_use_are_given(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {4, 6})
    monkeypatch.setattr(affinity, "visible_cpus", lambda: 2)
    assert assign_cpus([1, 1]) == CpuPlan([[6], [4]], [])


def test_a_system_that_tells_no_topology(machine: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(affinity, "_TOPOLOGY", tmp_path / "none")
    assert assign_cpus([2, 1]) == CpuPlan([[6, 7], [5]], [0, 1, 2, 3, 4])
