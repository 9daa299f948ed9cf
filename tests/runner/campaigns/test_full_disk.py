"""A campaign on a disk that fills up: it stops with a clear word, blames no run, and goes on when there is room.

What Spark does is made up here, for a full disk cannot be had without being root; everything else is real.
"""

from __future__ import annotations

import errno
import json
import shutil
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from runner.__main__ import main
from runner.campaigns import campaign
from runner.runs.execution import Execution
from runner.spec import RunSpec
from store import open_store
from tests.runner.runs.test_disk import refuse_writing

FULL = OSError(errno.ENOSPC, "No space left on device")
Fake = Callable[[RunSpec, Sequence[Any], Path], Execution]


def failed(spec: RunSpec, error: str) -> Execution:
    result = {"ok": False, "failure_kind": "user_code", "error": error}
    return Execution(datetime.now(UTC), 1.0, result, None, None)


def profile(home: Path, *more: str) -> int:
    arguments = ["--executors", "1", "--images-per-partition", "5", "--synthetic", "5", "--repeats", "3", "--json"]
    return main(["profile", "--application", "tiny_cnn", "--cluster", "here", "--home", str(home), *arguments, *more])


def rows(home: Path) -> int:
    return len(open_store(home).runs.load())


@pytest.fixture
def spark(monkeypatch: pytest.MonkeyPatch) -> Callable[[Fake], None]:
    """Put something in the place of real runs."""

    def replace(fake: Fake) -> None:
        def execute_run(spec: RunSpec, images: Sequence[Any], home: Path) -> Execution:
            spec.folder.mkdir(parents=True)
            return fake(spec, images, home)

        monkeypatch.setattr(campaign, "execute_run", execute_run)

    return replace


def check_stopped(home: Path, capsys: pytest.CaptureFixture[str], kept: int) -> None:
    said = capsys.readouterr().err.splitlines()
    assert said[-2] == "stopped; what is finished is kept, and the same command again goes on from there"
    assert said[-1].startswith(f"error: the disk with {home} is full: ")
    assert "free some space and give the same command again" in said[-1]
    assert rows(home) == kept
    assert not (home / "work").exists()


def test_a_run_that_finds_the_disk_full_has_no_result(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], spark: Callable[[Fake], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    errors = iter(["ZeroDivisionError: one", "IOException: No space left on device"])
    spark(lambda spec, images, home: failed(spec, next(errors)))
    with monkeypatch.context() as full:
        refuse_writing(full)
        assert profile(tmp_path) == 1
    check_stopped(tmp_path, capsys, kept=1)
    spark(lambda spec, images, home: failed(spec, "ZeroDivisionError: again"))
    assert profile(tmp_path) == 1
    summary = json.loads(capsys.readouterr().out)
    assert (summary["already_done"], summary["failed"], summary["left"]) == (1, 2, 0)
    assert rows(tmp_path) == 3


def test_a_run_that_finds_another_disk_full_has_failed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], spark: Callable[[Fake], None]
) -> None:
    spark(lambda spec, images, home: failed(spec, "IOException: No space left on device"))
    assert profile(tmp_path, "--limit-runs", "1") == 1
    assert json.loads(capsys.readouterr().out)["failed"] == 1
    store = open_store(tmp_path)
    store.inbox.drain()
    (row,) = store.runs.load().to_dict("records")
    assert row["settings"]["reason"] == "IOException: No space left on device"


def test_a_disk_that_fills_up_before_a_run_starts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], spark: Callable[[Fake], None]
) -> None:
    def cannot_write(spec: RunSpec, images: Sequence[Any], home: Path) -> Execution:
        raise FULL

    spark(cannot_write)
    assert profile(tmp_path) == 1
    check_stopped(tmp_path, capsys, kept=0)


def test_a_disk_that_is_full_when_old_logs_are_removed_loses_no_result(
    tmp_path: Path, spark: Callable[[Fake], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot_prune(folder: Path) -> None:
        raise FULL

    spark(lambda spec, images, home: failed(spec, "ZeroDivisionError: one"))
    monkeypatch.setattr(campaign, "prune_logs", cannot_prune)
    assert profile(tmp_path) == 1
    store = open_store(tmp_path)
    store.inbox.drain()
    assert len(store.runs.load()) == 1


@pytest.mark.thorough
def test_a_disk_that_is_full_when_the_result_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], spark: Callable[[Fake], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot_copy(*files: Any) -> None:
        raise FULL

    def with_log(spec: RunSpec, images: Sequence[Any], home: Path) -> Execution:
        log = spec.folder / "app"
        log.write_text("{}")
        one = failed(spec, "ZeroDivisionError: one")
        return Execution(one.started_at, one.wall_s, one.result, None, log)

    spark(with_log)
    with monkeypatch.context() as full:
        full.setattr(shutil, "copyfileobj", cannot_copy)
        assert profile(tmp_path) == 1
    check_stopped(tmp_path, capsys, kept=0)
    assert profile(tmp_path, "--limit-runs", "1") == 1
    assert rows(tmp_path) == 1
    assert [path.suffix for path in (tmp_path / "eventlogs").iterdir()] == [".zstd"]
