"""A campaign that is stopped, killed and taken up again: nothing lost, nothing twice, nothing left running."""

from __future__ import annotations

import json
import signal
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from store import open_store
from tests.runner.helpers import Finished, processes_of, run_profile, start_profile, wait_until

ARGUMENTS = ("--executors", "1", "--images-per-partition", "10", "--synthetic", "10", "--repeats", "2")


@dataclass(frozen=True)
class Stopped:
    """What one interruption left behind."""

    status: int
    said: str
    processes: list[str]
    records: int


@dataclass(frozen=True)
class Story:
    """Ctrl-C in the first run; the command again, killed in the second run; the command again."""

    home: Path
    interrupted: Stopped
    ran_when_killed: list[str]
    killed: Stopped
    finished: Finished


def java_runs(home: Path) -> bool:
    """Whether a run is so far that Spark executors or Python workers exist."""
    return any("CoarseGrainedExecutorBackend" in line for line in processes_of(home))


def records(home: Path) -> int:
    """Finished runs that the killed runner had made durable."""
    return len(list((home / "inbox").glob("*.json")))


def interrupt(home: Path) -> Stopped:
    runner = start_profile(home, *ARGUMENTS)
    wait_until(lambda: java_runs(home), "an executor")
    runner.send_signal(signal.SIGINT)
    _, said = runner.communicate(timeout=60)
    return Stopped(runner.returncode, said, processes_of(home), records(home))


def kill(home: Path) -> tuple[list[str], Stopped]:
    runner = start_profile(home, *ARGUMENTS)
    wait_until(lambda: records(home) == 1 and java_runs(home), "an executor of the second run")
    running = processes_of(home)
    runner.kill()
    _, said = runner.communicate(timeout=60)
    wait_until(lambda: processes_of(home) == [], "the end of all processes")
    return running, Stopped(runner.returncode, said, processes_of(home), records(home))


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    home = tmp_path_factory.mktemp("interrupted")
    interrupted = interrupt(home)
    running, killed = kill(home)
    again = run_profile(home, *ARGUMENTS)
    assert again.returncode == 0, again.stderr
    finished = Finished(home, ARGUMENTS, again.returncode, json.loads(again.stdout), again.stderr)
    return Story(home, interrupted, running, killed, finished)


def test_ctrl_c_leaves_no_process_and_no_half_record(story: Story) -> None:
    assert story.interrupted.status == 130
    assert story.interrupted.processes == []
    assert story.interrupted.records == 0
    assert "the same command again goes on from there" in story.interrupted.said
    assert "Traceback" not in story.interrupted.said


def test_a_killed_runner_leaves_no_process(story: Story) -> None:
    kinds = ("runner.supervisor", "deploy.master.Master", "deploy.worker.Worker", "runner.job")
    assert all(any(kind in line for line in story.ran_when_killed) for kind in kinds)
    assert story.killed.status == -signal.SIGKILL
    assert story.killed.processes == []


def test_finished_runs_are_there_once_and_missing_ones_are_made(story: Story) -> None:
    assert story.killed.records == 1
    summary = story.finished.summary
    assert (summary["planned"], summary["already_done"], summary["ok"]) == (2, 1, 1)
    runs = story.finished.runs
    assert sorted(runs["repeat"]) == [1, 2]
    assert runs["status"].tolist() == ["ok", "ok"]
    assert runs["run_id"].is_unique
    assert not (story.home / "work").exists()


def test_each_record_has_its_event_log(story: Story) -> None:
    kept = {path.stem for path in open_store(story.home).home.eventlogs.iterdir()}
    assert kept == set(story.finished.runs["run_id"])


def test_a_killed_supervisor_is_a_failed_run_and_leaves_no_process(tmp_path: Path) -> None:
    runner = start_profile(tmp_path, *ARGUMENTS, "--repeats", "1")
    wait_until(lambda: any("deploy.worker.Worker" in line for line in processes_of(tmp_path)), "a worker")
    (supervisor,) = psutil.Process(runner.pid).children()
    supervisor.kill()
    out, _ = runner.communicate(timeout=60)
    assert (runner.returncode, json.loads(out)["failed"]) == (1, 1)
    assert processes_of(tmp_path) == []
    (row,) = open_store(tmp_path).runs.load().to_dict("records")
    assert (row["status"], row["failure_kind"]) == ("failed", "infrastructure")
