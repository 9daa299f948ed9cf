"""A campaign that is stopped by Ctrl-C and taken up again; for one that is killed see test_chaos."""

from __future__ import annotations

import json
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from store import open_store
from tests.runner import victims
from tests.runner.helpers import PATIENCE_S, processes_of, run_profile, start_profile, wait_until

ARGUMENTS = ("--executors", "1", "--images-per-partition", "10", "--synthetic", "10", "--repeats", "2")


@dataclass(frozen=True)
class Story:
    """Ctrl-C in the second run, and the same command again: what each left behind."""

    home: Path
    status: int
    said: str
    processes: list[str]
    records: list[str]
    summary: dict[str, Any]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    home = tmp_path_factory.mktemp("interrupted")
    runner = start_profile(home, *ARGUMENTS)
    wait_until(lambda: records(home) != [] and victims.find(home, "executor") != [], "an executor of the second run")
    runner.send_signal(signal.SIGINT)
    _, said = runner.communicate(timeout=PATIENCE_S)
    left, durable = processes_of(home), records(home)
    again = run_profile(home, *ARGUMENTS)
    assert again.returncode == 0, again.stderr
    return Story(home, runner.returncode, said, left, durable, json.loads(again.stdout))


def records(home: Path) -> list[str]:
    """Finished runs that the runner has made durable."""
    return [path.stem for path in (home / "inbox").glob("*.json")]


def test_ctrl_c_leaves_no_process_and_no_half_record(story: Story) -> None:
    assert story.status == 130
    assert story.processes == []
    assert len(story.records) == 1
    assert "the same command again goes on from there" in story.said
    assert "Traceback" not in story.said


def test_finished_runs_are_there_once_and_missing_ones_are_made(story: Story) -> None:
    assert {name: story.summary[name] for name in ("planned", "already_done", "ok")} == {
        "planned": 2,
        "already_done": 1,
        "ok": 1,
    }
    runs = open_store(story.home).runs.load()
    assert sorted(runs["repeat"]) == [1, 2]
    assert runs["status"].tolist() == ["ok", "ok"]
    assert set(runs["run_id"]) > set(story.records)
    assert not (story.home / "work").exists()


def test_each_record_has_its_event_log(story: Story) -> None:
    store = open_store(story.home)
    kept = {path.stem for path in store.home.eventlogs.iterdir()}
    assert kept == set(store.runs.load()["run_id"])
