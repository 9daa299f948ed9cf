"""Campaigns that go on by themselves: whose process it is, and what may be done to it. Real campaigns: tests/e2e."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from runner.background import launch
from runner.background.launch import Launch
from runner.campaigns.lock import LOCK_FILE, hold_lock
from runner.errors import BusyError, RunnerError
from tests.runner.background.test_request import ASKED

SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(SLEEPER) as process:
        yield process
        process.kill()


def launched(process: subprocess.Popen[bytes]) -> Launch:
    created = psutil.Process(process.pid).create_time()
    request = replace(ASKED, campaign="c")
    return Launch(request, SLEEPER, process.pid, created, "c.log", "2026-11-20T00:00:00+00:00")


def remember(home: Path, one: Launch) -> None:
    (home / launch.FOLDER).mkdir()
    launch._remember(home / launch.FOLDER, one)


def test_it_is_found_again_and_stopped(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    remember(tmp_path, launched(sleeper))
    found = launch.last(tmp_path)
    assert found == launched(sleeper)
    assert found.is_running
    launch.stop(tmp_path)
    assert sleeper.wait(30) == -15
    stopped = launch.last(tmp_path)
    assert (stopped.is_running, stopped.stopping) == (False, True)


@pytest.mark.parametrize("change", [{"created": 0.0}, {"command": ["another"]}])
def test_a_process_that_came_to_have_the_id_is_left_alone(
    tmp_path: Path, sleeper: subprocess.Popen[bytes], change: dict[str, object]
) -> None:
    remember(tmp_path, replace(launched(sleeper), **change))
    assert not launch.last(tmp_path).is_running
    launch.stop(tmp_path)
    assert sleeper.poll() is None
    assert not launch.last(tmp_path).stopping


def test_one_at_a_time(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    remember(tmp_path, launched(sleeper))
    with pytest.raises(BusyError, match="campaign c is still running"):
        launch.start(tmp_path, ASKED)


def test_a_campaign_that_somebody_else_started_is_in_the_way(tmp_path: Path) -> None:
    with hold_lock(tmp_path):
        assert launch.measuring(tmp_path) == str(os.getpid())
        with pytest.raises(BusyError, match=f"process {os.getpid()} is already measuring"):
            launch.start(tmp_path, ASKED)
    assert launch.measuring(tmp_path) is None
    (tmp_path / LOCK_FILE).write_text("99999999\n", encoding="utf-8")  # killed: nobody emptied it
    assert launch.measuring(tmp_path) is None


def test_a_process_that_came_to_have_the_id_of_the_one_that_measured_does_not(tmp_path: Path) -> None:
    path = tmp_path / LOCK_FILE
    path.write_text(f"{os.getpid()}\n", encoding="utf-8")
    assert launch.measuring(tmp_path) == str(os.getpid())
    before = psutil.Process().create_time() - 60
    os.utime(path, (before, before))
    assert launch.measuring(tmp_path) is None


def test_a_campaign_that_breaks_off_measures_no_longer(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), hold_lock(tmp_path):
        raise ZeroDivisionError
    assert (tmp_path / LOCK_FILE).read_text(encoding="utf-8") == ""


def test_a_plan_that_is_wrong_starts_nothing(tmp_path: Path) -> None:
    with pytest.raises(RunnerError, match="--memory: "):
        launch.start(tmp_path, replace(ASKED, memory="1"))
    with pytest.raises(RunnerError, match="this machine has"):
        launch.start(tmp_path, replace(ASKED, memory="1000g"))
    with pytest.raises(RunnerError, match="plan one first"):
        launch.resume(tmp_path)
    assert launch.last(tmp_path) is None


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"pid": 1}'])
def test_a_file_that_is_not_ours_is_nothing_to_stop(tmp_path: Path, content: str) -> None:
    (tmp_path / launch.FOLDER).mkdir()
    (tmp_path / launch.FOLDER / "last.json").write_text(content, encoding="utf-8")
    assert launch.last(tmp_path) is None


def test_the_log_is_read_from_its_end_and_from_its_folder_only(
    tmp_path: Path, sleeper: subprocess.Popen[bytes]
) -> None:
    one = launched(sleeper)
    assert launch.log_tail(tmp_path, one) == ""
    (tmp_path / launch.FOLDER).mkdir()
    (tmp_path / launch.FOLDER / one.log).write_bytes(b"x" * 100_000 + b"the end\xff")
    assert launch.log_tail(tmp_path, one).endswith("the end\ufffd")
    assert len(launch.log_tail(tmp_path, one)) < 20_000
    (tmp_path / "secret").write_text("secret", encoding="utf-8")
    assert launch.log_tail(tmp_path, replace(one, log="../secret")) == ""


def test_the_logs_of_the_last_campaigns_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/true")  # a campaign that ends at once
    folder = tmp_path / launch.FOLDER
    folder.mkdir()
    before = [folder / f"202601{day:02}T000000000000.log" for day in range(1, 31)]
    for path in before:
        path.touch()
    started = launch.start(tmp_path, ASKED)
    assert sorted(folder.glob("*.log")) == [*before[-launch.KEPT_LOGS + 1 :], folder / started.log]
