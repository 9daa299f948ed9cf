"""Ctrl-C in a campaign of uneven executors, and the same command again. For one that is killed see test_chaos."""

from __future__ import annotations

import json
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from store import open_store
from tests.runner import victims
from tests.runner.helpers import (
    PATIENCE_S,
    kept_log,
    processes_of,
    profile_here,
    run_profile,
    start_profile,
    wait_until,
)

pytestmark = pytest.mark.thorough

# More cores than small machines have: allowed, and marked.
UNEVEN = ("--executors", "2", "--images-per-partition", "2", "--synthetic", "12", "--campaign", "c")
ARGUMENTS = (*UNEVEN, "--total-cores", "3")


@dataclass(frozen=True)
class Story:
    """Ctrl-C in a run, and the same command again: what each left behind."""

    home: Path
    status: int
    said: str
    processes: list[str]
    records: list[str]
    summary: dict[str, Any]

    @property
    def row(self) -> dict[Any, Any]:
        """The run, which is there once."""
        (row,) = open_store(self.home).runs.load().to_dict("records")
        return row


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    home = tmp_path_factory.mktemp("interrupted")
    runner = start_profile(home, *ARGUMENTS)
    wait_until(lambda: victims.find(home, "executor") != [], "an executor")
    runner.send_signal(signal.SIGINT)
    _, said = runner.communicate(timeout=PATIENCE_S)
    left, durable = processes_of(home), [path.name for path in (home / "inbox").glob("*.json")]
    again = run_profile(home, *ARGUMENTS)
    assert again.returncode == 0, again.stderr
    return Story(home, runner.returncode, said, left, durable, json.loads(again.stdout))


def test_ctrl_c_leaves_no_process_and_no_half_record(story: Story) -> None:
    assert story.status == 130
    assert story.processes == []
    assert story.records == []
    assert "the same command again goes on from there" in story.said
    assert "Traceback" not in story.said


def test_the_run_that_was_stopped_is_made(story: Story) -> None:
    counts = {"planned": 1, "already_done": 0, "ok": 1}
    assert {name: story.summary[name] for name in counts} == counts
    assert story.row["status"] == "ok"
    assert not (story.home / "work").exists()
    assert [path.stem for path in (story.home / "eventlogs").iterdir()] == [story.row["run_id"]]


def test_uneven_executors_have_the_cores_that_were_planned(story: Story) -> None:
    row = story.row
    assert (row["num_executors"], row["total_cores"], row["executor_cores"]) == (2, 3, 2)
    assert row["settings"]["oversubscribed"] == (row["settings"]["host_cpus"] < 3)
    log = kept_log(story.home, row["run_id"])
    assert sorted(executor.cores for executor in log.executors.values()) == [1, 2]
    assert {task.executor_id for task in log.tasks} == set(log.executors)


@pytest.mark.parametrize(("total_cores", "already_done"), [("3", 1), ("2", 0)])
def test_other_cores_are_another_run(
    story: Story, capsys: pytest.CaptureFixture[str], total_cores: str, already_done: int
) -> None:
    profile_here(story.home, *UNEVEN, "--total-cores", total_cores, "--dry-run")
    assert json.loads(capsys.readouterr().out)["already_done"] == already_done
