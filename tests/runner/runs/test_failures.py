"""Runs that fail are rows with a status and a kind, never times, and never silently dropped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from store import open_store
from tests.runner.helpers import processes_of, profile_here, run_profile
from tests.runner.networks.test_model_file import DENSE, INPUT, write_model

ONE_RUN = ("--executors", "1", "--images-per-partition", "10")


def only_row(home: Path) -> dict[Any, Any]:
    (row,) = open_store(home).runs.load().to_dict("records")
    return row


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str], str, str]:
    """A campaign with a model file that has lost its weights: home, arguments, what it said on each stream."""
    home = tmp_path_factory.mktemp("broken")
    model = write_model(home / "weightless.keras", INPUT, DENSE)
    arguments = [*ONE_RUN, "--application", "weightless", "--model", str(model), "--synthetic", "4"]
    done = run_profile(home, *arguments)
    assert done.returncode == 1, done.stderr  # nothing of this call succeeded
    return home, arguments, done.stdout, done.stderr


def test_a_failed_run_is_a_row_without_a_time(broken: tuple[Path, list[str], str, str]) -> None:
    home, _, stdout, _ = broken
    assert json.loads(stdout)["failed"] == 1
    row = only_row(home)
    assert (row["status"], row["failure_kind"]) == ("failed", "user_code")
    assert row["completion_time_s"] != row["completion_time_s"]  # NaN
    assert row["input_images"] == 4


def test_the_reason_says_what_happened_in_one_line(broken: tuple[Path, list[str], str, str]) -> None:
    home, _, _, stderr = broken
    reason = only_row(home)["settings"]["reason"]
    assert reason.startswith("RunnerError: --model: Keras cannot load weightless.keras: ")
    assert f"failed (user_code): {reason}" in stderr
    assert "Traceback" not in stderr


def test_the_output_of_a_failed_run_is_kept(broken: tuple[Path, list[str], str, str]) -> None:
    home, _, _, stderr = broken
    folder = home / "logs" / only_row(home)["run_id"]
    assert {"driver.log", "master.log", "worker-0.log", "supervisor.log"} <= {path.name for path in folder.iterdir()}
    assert "RunnerError" in (folder / "driver.log").read_text() + "".join(
        path.read_text() for path in folder.glob("*stderr.log")
    )
    assert str(home / "logs") in stderr


def test_the_failed_task_is_in_the_store(broken: tuple[Path, list[str], str, str]) -> None:
    home, *_ = broken
    tasks = open_store(home).runs.tasks(only_row(home)["run_id"])
    assert tasks["failed"].tolist() == [True]
    assert "RunnerError" in tasks["reason"][0]


@pytest.mark.parametrize(("options", "done"), [([], True), (["--retry-failed"], False)])
def test_a_failed_run_is_run_again_only_on_request(
    broken: tuple[Path, list[str], str, str], capsys: pytest.CaptureFixture[str], options: list[str], done: bool
) -> None:
    home, arguments, *_ = broken
    assert profile_here(home, *arguments, "--dry-run", *options) == 0
    assert [run["done"] for run in json.loads(capsys.readouterr().out)["runs"]] == [done]


@pytest.mark.parametrize(
    ("limit", "kind", "reason"),
    [
        pytest.param(
            *(("--launch-timeout", "1"), "launch", "the Spark master did not start within 1 s"),
            marks=pytest.mark.thorough,
        ),
        (("--timeout", "2"), "infrastructure", "not finished within 2 s (--timeout)"),
    ],
)
def test_waiting_has_an_end(tmp_path: Path, limit: tuple[str, str], kind: str, reason: str) -> None:
    done = run_profile(tmp_path, *ONE_RUN, "--synthetic", "3", *limit)
    assert done.returncode == 1, done.stderr
    row = only_row(tmp_path)
    assert (row["status"], row["failure_kind"], row["settings"]["reason"]) == ("failed", kind, reason)
    assert processes_of(tmp_path) == []


@pytest.mark.slow
def test_images_of_which_none_can_be_read_are_no_run(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    (photos / "holiday.jpg").write_text("not a picture")
    home = tmp_path / "home"
    assert run_profile(home, *ONE_RUN, "--images", str(photos)).returncode == 1
    row = only_row(home)
    assert row["status"] == "failed"
    assert "none of the 1 images could be read; the first: holiday.jpg: Unknown image" in row["settings"]["reason"]
