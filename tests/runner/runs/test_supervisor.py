"""The supervisor's eye on executors that Spark starts again and again, without Spark."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from runner.runs import supervisor
from runner.runs.supervisor import QUICK_S, RELAUNCHES, RunFailedError, Supervisor
from tests.runner.training.test_order import SPEC

EXECUTORS = len(SPEC.executor_cores)


class Watched:
    """A supervisor with a clock of its own, in whose folder executors start."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.launched, self.folder = 0.0, 0, folder
        monkeypatch.setattr(supervisor.time, "monotonic", lambda: self.now)
        self.supervisor = Supervisor(replace(SPEC, work_dir=str(folder)))

    def launch(self, executors: int) -> None:
        """Let so many executors start, and look."""
        for _ in range(executors):
            (self.folder / "worker-0" / "app-1" / str(self.launched)).mkdir(parents=True)
            self.launched += 1
        self.supervisor._check_cluster()


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watched:
    return Watched(tmp_path, monkeypatch)


def test_executors_that_end_as_they_start_end_the_run(watched: Watched) -> None:
    watched.launch(EXECUTORS + RELAUNCHES)
    watched.now += QUICK_S / 2
    with pytest.raises(RunFailedError, match=r"executors end as soon as they start \(6 starts of 2\)"):
        watched.launch(1)


def test_executors_that_a_long_run_loses_now_and_then_do_not(watched: Watched) -> None:
    watched.launch(EXECUTORS)
    for _ in range(3 * RELAUNCHES):
        watched.now += QUICK_S
        watched.launch(1)
