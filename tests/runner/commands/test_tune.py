"""``python -m runner tune``: killed in the middle, taken up again, and compared with the same search in one process."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from runner.__main__ import main
from runner.clusters.conf import WORKERS_ON_CPUS
from runner.commands import tune
from runner.errors import RunnerError
from runner.networks.model_file import inspect_model
from runner.runs.execution import Execution
from runner.spec import RunSpec
from runner.tuning.study import Study
from runner.tuning.trial import Hyperparameters, TrialResult
from store import open_store
from tests.runner.helpers import PATIENCE_S, ROOT, processes_of, wait_until
from tests.runner.runs.test_disk import refuse_writing

TRIALS = 6
OPTIONS = (
    "--sampler", "random", "--trials", str(TRIALS), "--images", "600", "--epochs", "2", "--batch", "20,50",
    "--filters", "4,8", "--executors", "2", "--memory", "512m", "--study", "s",
)  # fmt: skip
# Makes the search of a study one trial after the other, and prints accuracies, and those of the saved model.
SERIAL = """
import json, sys
from pathlib import Path
import keras
import numpy as np
from runner.tuning.study import Study
from runner.tuning.trial import run_trial
study = Study(Path(sys.argv[1]))
search, spec = study.order()
found = {}
def make(number, chosen):
    found[number] = run_trial(spec, chosen).accuracy_pct
    return lambda: found[number]
made = search.run(make)
images, labels = spec.validation.read(np.arange(len(spec.validation)))
hits = keras.models.load_model(study.folder / "best.keras").predict(images, verbose=0).argmax(axis=1) == labels
trials = {number: [*chosen, found[number]] for number, chosen in made.items()}
print(json.dumps({"trials": trials, "best": 100 * float(hits.mean())}))
"""


@dataclass(frozen=True)
class Story:
    """A search that was killed when the first trial had ended, and taken up again."""

    home: Path
    finished: dict[str, bytes]
    left: list[str]
    said: str
    result: dict[str, Any]
    serial: dict[str, Any]

    @property
    def study(self) -> Study:
        return Study(self.home / "tuning" / "s")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    home = tmp_path_factory.mktemp("a home")
    folder = home / "tuning" / "s"
    line = [sys.executable, "-m", "runner", "tune", *OPTIONS, "--home", str(home), "--json"]
    with subprocess.Popen(line, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as first:
        wait_until(lambda: any(folder.glob("trial-*.json")) or first.poll() is not None, "the first trial's end")
        os.kill(first.pid, signal.SIGKILL)
    wait_until(lambda: processes_of(home) == [], "the end of the search's processes")
    finished = {path.name: path.read_bytes() for path in folder.glob("trial-*.json")}
    again = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert again.returncode == 0, again.stderr
    serial = [sys.executable, "-c", SERIAL, str(folder)]
    alone = subprocess.run(
        serial, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S, check=True,
        env=os.environ | WORKERS_ON_CPUS,
    )  # fmt: skip
    left = processes_of(home)
    return Story(home, finished, left, again.stderr, json.loads(again.stdout), json.loads(alone.stdout))


@pytest.mark.thorough
def test_finished_trials_are_kept(story: Story) -> None:
    assert 0 < len(story.finished) < TRIALS
    for name, content in story.finished.items():
        assert (story.study.folder / name).read_bytes() == content
    assert f"{TRIALS} trials, {len(story.finished)} finished before" in story.said
    assert story.left == []


@pytest.mark.thorough
def test_all_trials_are_made_and_told(story: Story) -> None:
    assert [trial["number"] for trial in story.result["trials"]] == list(range(TRIALS))
    assert story.said.count(" filters: ") == TRIALS - len(story.finished)
    assert f"[{TRIALS}/{TRIALS}] trial " in story.said


@pytest.mark.thorough
def test_the_result_is_that_of_the_same_search_in_one_process(story: Story) -> None:
    made = {
        str(trial["number"]): [trial[name] for name in ("learning_rate", "batch", "filters", "optimiser")]
        + [trial["accuracy_pct"]]
        for trial in story.result["trials"]
    }
    assert made == story.serial["trials"]


@pytest.mark.thorough
def test_the_best_model_is_a_keras_file_that_predicts_as_well(story: Story) -> None:
    trials = {trial["number"]: trial["accuracy_pct"] for trial in story.result["trials"]}
    assert trials[story.result["best"]] == max(trials.values())
    model = inspect_model(Path(story.result["model"]))
    assert model.input_shape == (32, 32, 3)
    assert story.serial["best"] == pytest.approx(max(trials.values()))


@pytest.mark.thorough
def test_trials_are_in_the_store(story: Story) -> None:
    stored = open_store(story.home).measurements.load("trial", "s")
    dataset = {"dataset": "cifar-like-600-120-seed0"}
    assert stored["content"].tolist() == [trial | dataset for trial in story.result["trials"]]
    assert story.result["dataset"] == dataset["dataset"]


def search_without_spark(
    home: Path, monkeypatch: pytest.MonkeyPatch, fake: Callable[[Study], Execution], *options: str
) -> int:
    def execute_run(spec: RunSpec, images: Sequence[Any], home: Path) -> Execution:
        spec.folder.mkdir(parents=True)
        return fake(Study(Path(str(spec.output))))

    monkeypatch.setattr(tune, "execute_run", execute_run)
    sizes = ["--images", "10", "--trials", "2", "--study", "s"]
    return main(["tune", *sizes, "--home", str(home), "--json", *options])


def keep(study: Study, number: int, accuracy: float) -> None:
    chosen = Hyperparameters(0.1, 100, 16, "sgd")
    study.keep(number, chosen, TrialResult(accuracy, 1.0, 1.0, f"network {number}".encode()))


def ended(error: str = "") -> Execution:
    result = {"ok": not error, "failure_kind": None, "error": error, "seconds": 1.0}
    return Execution(datetime.now(UTC), 1.0, result, None, None)


def test_the_best_network_of_a_search_that_was_stopped_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def one_trial(study: Study) -> Execution:
        keep(study, 0, 40.0)
        raise KeyboardInterrupt

    def nothing(study: Study) -> Execution:
        raise KeyboardInterrupt

    def better(study: Study) -> Execution:
        keep(study, 1, 60.0)
        return ended()

    for stopped in (one_trial, nothing):
        assert search_without_spark(tmp_path, monkeypatch, stopped) == 130
        assert (tmp_path / "tuning" / "s" / "best.keras").read_bytes() == b"network 0"
    assert search_without_spark(tmp_path, monkeypatch, better) == 0
    assert json.loads(capsys.readouterr().out)["best"] == 1
    best = tmp_path / "tuning" / "s" / "best.keras"
    assert best.read_bytes() == b"network 1"
    best.write_bytes(b"network 0")  # as if it was killed before the last one was saved
    assert search_without_spark(tmp_path, monkeypatch, nothing) == 0
    assert best.read_bytes() == b"network 1"


def test_a_study_that_was_deleted_and_searched_anew_takes_its_old_trials_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def accuracies(*found: float) -> Callable[[Study], Execution]:
        def all_trials(study: Study) -> Execution:
            for number, accuracy in enumerate(found):
                keep(study, number, accuracy)
            return ended()

        return all_trials

    assert search_without_spark(tmp_path, monkeypatch, accuracies(40.0, 60.0, 50.0)) == 0
    shutil.rmtree(tmp_path / "tuning" / "s")
    assert search_without_spark(tmp_path, monkeypatch, accuracies(30.0, 20.0), "--epochs", "3") == 0
    stored = open_store(tmp_path).measurements.load("trial", "s")
    assert [trial["accuracy_pct"] for trial in stored["content"]] == [30.0, 20.0]


def test_a_cluster_is_looked_at_before_the_search(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[Any] = []

    def refuse(spec: RunSpec, images: Sequence[Any], home: Path) -> None:
        looked.append((spec.master, len(images)))
        raise RunnerError("--master: it does not answer")

    monkeypatch.setattr(tune, "ensure_usable", refuse)
    master = "spark://127.0.0.1:7077"
    assert search_without_spark(tmp_path, monkeypatch, lambda study: ended(), "--master", master) == 2
    assert looked == [(master, 10)]
    assert search_without_spark(tmp_path, monkeypatch, keep_two) == 0
    assert len(looked) == 1  # this machine needs no look


def keep_two(study: Study) -> Execution:
    keep(study, 0, 40.0)
    keep(study, 1, 60.0)
    return ended()


def test_a_full_disk_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    error = "IOException: No space left on device"
    refuse_writing(monkeypatch)
    assert search_without_spark(tmp_path, monkeypatch, lambda study: ended(error)) == 1
    said = capsys.readouterr().err.splitlines()[-1]
    assert said.startswith(f"error: the disk with {tmp_path} is full: ")
    assert "give the same command again" in said


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--sampler", "grid"], "--learning-rates: --sampler grid needs a list"),
        (["--learning-rates", "0.1:fast"], "--learning-rates: 'fast' is not a number"),
        (["--learning-rates", "0.1:0.1"], "--learning-rates: '0.1:0.1' is no range"),
        (["--optimisers", "sgd,best"], "--optimisers: 'best' is none of sgd, momentum, adam"),
        (["--study", "../s"], "--study: '../s' is no name"),
        (["--executors", "9", "--memory", "1000g"], "--memory: 9 executors with 1000 GiB each need "),
        (["--trials", "0"], "--trials: '0' is not a whole number"),
    ],
)
def test_bad_options_are_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], message: str
) -> None:
    assert main(["tune", "--images", "600", "--home", str(tmp_path / "home"), *options]) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith(f"error: {message}")
    assert captured.err.count("\n") == 1
    assert not (tmp_path / "home").exists()
