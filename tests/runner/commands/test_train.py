"""``python -m runner train``, as users run it: one real training, and what is refused before anything starts."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from runner.__main__ import main
from runner.training import checkpoint
from store import open_store
from tests.runner.helpers import PATIENCE_S, ROOT, processes_of
from tests.runner.inputs.test_cifar import write_folder

SIZES = ("--images", "600", "--batch", "100", "--epochs", "2", "--executors", "2", "--memory", "512m")


@dataclass(frozen=True)
class Trained:
    """What a command left and said."""

    home: Path
    status: int
    said: str
    printed: str

    @property
    def run(self) -> dict[Any, Any]:
        (row,) = open_store(self.home).runs.load().to_dict("records")
        return row


def command(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "runner", "train", "--cluster", "here", "--home", str(home), *arguments]
    return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S, check=False)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    home = tmp_path_factory.mktemp("a home")
    done = command(home, "--arm", "barrier", *SIZES)
    assert done.returncode == 0, done.stderr
    return Trained(home, done.returncode, done.stderr, done.stdout)


def test_the_run_is_in_the_log_like_any_other(trained: Trained) -> None:
    run = trained.run
    assert (run["application"], run["status"], run["origin"]) == ("cifar_cnn", "ok", "measured")
    assert (run["input_images"], run["dataset_images"], run["sampling_rate_pct"]) == (600, 600, 100.0)
    assert (run["num_executors"], run["total_cores"], run["images_per_partition"]) == (2, 2, 100)
    assert run["completion_time_s"] > 0


def test_its_settings_say_how_it_trained_and_what_it_learned(trained: Trained) -> None:
    settings = trained.run["settings"]
    assert (settings["arm"], settings["epochs"], settings["batch_size"]) == ("barrier", 2, 100)
    assert settings["dataset"] == "cifar-like-600-120-seed0"
    assert (settings["images_seen"], settings["steps"]) == (1200, 12)
    assert (settings["restarts"], settings["recoveries"]) == (0, 0)
    assert len(settings["test_accuracy_pct"]) == len(settings["loss"]) == len(settings["epoch_s"]) == 2
    assert settings["loss"][1] < settings["loss"][0]
    assert settings["startup_s"] > 0
    assert 0 < settings["cpu_per_task_core"] <= 1.1


def test_accuracy_is_printed_epoch_by_epoch(trained: Trained) -> None:
    settings = trained.run["settings"]
    said = ", ".join(f"{one:.1f} %" for one in settings["test_accuracy_pct"])
    assert f"test accuracy by epoch: {said}" in trained.said
    assert "test_accuracy_pct" in trained.printed


def test_tasks_are_those_of_the_event_log(trained: Trained) -> None:
    tasks = open_store(trained.home).runs.tasks(trained.run["run_id"])
    assert len(tasks) == trained.run["settings"]["tasks"] == 8  # 2 epochs: a pass and a test on 2 workers
    assert not tasks["failed"].any()


def test_the_last_checkpoint_stays(trained: Trained) -> None:
    (path,) = (trained.home / "trainings").iterdir()
    kept = checkpoint.load(path)
    assert path.stem == trained.run["run_id"]
    assert [epoch["number"] for epoch in kept.history] == [1, 2]
    assert sum(array.size for array in kept.weights) == 84_362
    assert all(np.isfinite(array).all() for array in kept.weights)


def test_the_same_command_again_trains_nothing_and_leaves_no_process(trained: Trained) -> None:
    done = command(trained.home, "--arm", "barrier", *SIZES)
    assert done.returncode == 0
    assert "1 runs planned, 1 were done already" in done.stdout
    assert processes_of(trained.home) == []


def test_programs_are_told_the_accuracy_too(trained: Trained) -> None:
    done = command(trained.home, "--arm", "barrier", *SIZES, "--json")
    content, settings = json.loads(done.stdout), trained.run["settings"]
    assert (content["planned"], content["already_done"]) == (1, 1)
    assert [epoch["epoch"] for epoch in content["results"]] == [1, 2]
    assert [epoch["test_accuracy_pct"] for epoch in content["results"]] == settings["test_accuracy_pct"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--images", "600", "--epochs", "0"], "--epochs: '0' is not a whole number from 1 to 400"),
        (["--images", "600", "--learning-rate", "fast"], "--learning-rate: 'fast' is not a number above 0"),
        (["--images", "5"], "--images: '5' is not a whole number from 10"),
        (["--images", "600", "--arm", "numpy", "--executors", "1,2"], "--executors: --arm numpy is one process"),
        (
            ["--images", "600", "--arm", "numpy", "--device", "gpu", "--master", "spark://127.0.0.1:7077"],
            "--device: --arm numpy computes on CPUs only",
        ),
        (["--data", "nowhere"], "nowhere holds no data_batch_*.bin and test_batch.bin"),
    ],
)
def test_bad_options_are_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], message: str
) -> None:
    assert main(["train", "--home", str(tmp_path / "home"), *options]) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith(f"error: {message}")
    assert captured.err.count("\n") == 1
    assert not (tmp_path / "home").exists()


def test_without_a_gpu_it_says_so_and_runs_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "--images", "600", "--device", "gpu", "--home", str(tmp_path / "home")]) == 0
    assert capsys.readouterr().out.startswith("--device gpu: skipped, ")
    assert main(["train", "--images", "600", "--device", "gpu", "--home", str(tmp_path / "home"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["skipped"].startswith("--device gpu: ")
    assert not (tmp_path / "home").exists()


def test_a_grid_over_ones_own_images_is_a_campaign(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "cifar"
    data.mkdir()
    write_folder(data)
    where = ["--data", str(data), "--home", str(tmp_path / "home"), "--json", "--dry-run"]
    grid = ["--executors", "1,2", "--cores", "1,2", "--batch", "2,5", "--sampling-rates", "20,100", "--repeats", "3"]
    assert main(["train", *where, *grid]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert plan["planned"] == plan["left"] == 2 * 2 * 2 * 2 * 3
    assert {run["input_images"] for run in plan["runs"]} == {1, 5}
