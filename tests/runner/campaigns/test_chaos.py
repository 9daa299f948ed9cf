"""Runs whose processes are killed at work: those that compute; with ``-m slow`` those that manage, too.

``make chaos`` kills a hundred of all kinds at random moments.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from store import Store, open_store
from tests.runner.aftermath import find_violations
from tests.runner.chaos import RUNNER, Chaos
from tests.runner.helpers import PATIENCE_S

pytestmark = pytest.mark.thorough

COMPUTING, MANAGING = ("executor", "python_worker"), ("supervisor", "master", "worker")
# What the row of a run says when this process of it was killed.
ENDS = {
    "supervisor": ("failed", "infrastructure", "the run's processes ended without a result"),
    "master": ("failed", "infrastructure", "master ended early .exit status -9"),
    "worker": ("failed", "infrastructure", "ended early .exit status -9|worker lost"),  # who notices first
    "executor": ("oom", "oom_kill", "137"),
    "python_worker": ("failed", "python_killed", "Python worker exited unexpectedly"),
}


@dataclass(frozen=True)
class Struck:
    """A campaign of which a run was struck for each role, and the runner in the next; then it went on to its end."""

    home: Path
    roles: tuple[str, ...]
    chaos: Chaos
    through: bool

    @property
    def store(self) -> Store:
        return open_store(self.home)

    def row_of(self, role: str) -> dict[Any, Any]:
        """The row of the run of which this process was killed."""
        (run_id,) = (strike.run_id for strike in self.chaos.diary.read() if strike.role == role)
        runs = self.store.runs.load()
        (row,) = runs[runs["run_id"] == run_id].to_dict("records")
        return row


@pytest.fixture(scope="module", params=[COMPUTING, pytest.param(MANAGING, marks=pytest.mark.slow)])
def struck(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Struck:
    home, roles = tmp_path_factory.mktemp("chaos"), request.param
    chaos = Chaos(home, seed=0, executors="1", repeats=len(roles) + 1)
    return Struck(home, roles, chaos, chaos.strike_at_work([*roles, RUNNER], time.monotonic() + 2 * PATIENCE_S))


def test_each_planned_run_is_there_once_and_nothing_else_is_left(struck: Struck) -> None:
    strikes = struck.chaos.diary.read()
    assert [strike.role for strike in strikes] == [*struck.roles, RUNNER]
    assert struck.through
    assert find_violations(struck.home, strikes, complete=True) == []
    assert sorted(struck.store.runs.load()["status"]) == sorted([*(ENDS[role][0] for role in struck.roles), "ok"])


def test_a_killed_process_is_named_by_the_row(struck: Struck) -> None:
    for role in struck.roles:
        row = struck.row_of(role)
        status, kind, reason = ENDS[role]
        assert (row["status"], row["failure_kind"]) == (status, kind)
        assert re.search(reason, row["settings"]["reason"])


@pytest.mark.parametrize("struck", [COMPUTING], indirect=True)
def test_a_killed_python_worker_does_not_take_its_executor_along(struck: Struck) -> None:
    executors = struck.store.runs.executors(struck.row_of("python_worker")["run_id"])
    assert executors["removed_ms"].isna().all()
