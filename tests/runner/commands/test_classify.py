"""Classifying for the results: a row an image, on real executors, and a run in the log."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from runner.__main__ import main
from runner.inputs.synthetic import make_synthetic
from store import open_store
from tests.runner.helpers import processes_of, run_command
from tests.runner.samples import BROKEN, write_samples

FOUND_BROKEN = [name for name in BROKEN if name != "folder.jpg"]  # a folder is no image
LABELS = [f"class {number}" for number in range(9)]  # one too few: class 9 has no name


@dataclass(frozen=True)
class Classified:
    """What a classification left."""

    home: Path
    out: Path
    summary: dict[str, Any]
    stderr: str
    expected: dict[str, list[int]]

    @property
    def rows(self) -> pd.DataFrame:
        return pd.read_parquet(self.out).sort_values("image").reset_index(drop=True)


def run_classify(*arguments: str) -> subprocess.CompletedProcess[str]:
    return run_command("classify", "--application", "tiny_cnn", "--cluster", "here", *arguments)


@pytest.fixture(scope="module")
def classified(tmp_path_factory: pytest.TempPathFactory, networks: dict[str, Any]) -> Classified:
    """Nine images that can be read and four that cannot, in three tasks, with weights and labels."""
    folder = tmp_path_factory.mktemp("a folder")
    images = write_samples(folder / "given")
    (images / "data_batch_1.bin").unlink()  # with it, this would be CIFAR-10
    (folder / "labels.txt").write_text("\n".join(LABELS) + "\n")
    trained = networks["trained"]
    ways = ["--weights", trained["weights"], "--labels", str(folder / "labels.txt")]
    where = ["--images", str(images), "--out", str(folder / "out"), "--home", str(folder / "home"), "--json"]
    ran = run_classify(*ways, *where, "--cores", "1", "--images-per-partition", "5")
    assert ran.returncode == 0, ran.stderr
    return Classified(folder / "home", folder / "out", json.loads(ran.stdout), ran.stderr, trained["classes"])


def test_every_image_is_a_row(classified: Classified) -> None:
    rows = classified.rows
    assert list(rows.columns) == ["image", "classes", "labels", "scores", "error"]
    assert len(rows) == 13
    assert rows["image"].nunique() == 13
    assert {Path(image).name for image in rows["image"]} >= {"text.jpg", "cut.png", "cmyk.jpg"}


def test_the_weights_decide_the_classes(classified: Classified) -> None:
    read = classified.rows.dropna(subset=["classes"])
    for _, row in read.iterrows():
        assert list(row["classes"]) == classified.expected[Path(row["image"]).name]
    assert len(read) == 9


def test_labels_name_the_classes_that_they_know(classified: Classified) -> None:
    for _, row in classified.rows.dropna(subset=["classes"]).iterrows():
        named = [LABELS[number] if number < len(LABELS) else None for number in row["classes"]]
        assert list(row["labels"]) == named
        assert list(row["scores"]) == sorted(row["scores"], reverse=True)


def test_a_corrupt_image_is_a_row_with_an_error(classified: Classified) -> None:
    rows = classified.rows.set_index(classified.rows["image"].map(lambda image: Path(image).name))
    broken = rows[rows["error"].notna()]
    assert sorted(broken.index) == FOUND_BROKEN
    assert "Unknown image file format" in broken.loc["text.jpg", "error"]
    assert broken[["classes", "labels", "scores"]].isna().all(axis=None)


def test_the_run_is_in_the_log(classified: Classified) -> None:
    (run,) = open_store(classified.home).runs.load().to_dict("records")
    assert (run["status"], run["origin"], run["application"]) == ("ok", "measured", "tiny_cnn")
    assert (run["num_executors"], run["input_images"], run["sampling_rate_pct"]) == (1, 13, 100.0)
    assert run["completion_time_s"] > 0
    assert run["run_id"] == classified.summary["run_id"]


def test_it_says_what_it_made(classified: Classified) -> None:
    about = json.loads((classified.out / "_about.json").read_text())
    assert about | {"out": str(classified.out)} == classified.summary
    assert (about["images"], about["predictions"], about["corrupt_images"]) == (13, 9, 4)
    assert sorted(example.partition(":")[0] for example in about["corrupt_examples"]) == FOUND_BROKEN
    assert about["weights"] == "tiny.weights.h5"
    assert f"4 of 13 images could not be read: {about['corrupt_examples'][0]}, " in classified.stderr


def test_nothing_else_is_left(classified: Classified) -> None:
    assert processes_of(classified.home) == []
    assert not list(classified.out.parent.glob(".*"))


def test_the_same_folder_again_is_refused(classified: Classified) -> None:
    before = classified.rows
    done = run_classify("--images", str(classified.out.parent / "given"), "--out", str(classified.out))
    assert done.returncode == 2
    assert "is not empty; give another folder" in done.stderr
    assert classified.rows.equals(before)


@pytest.mark.slow
def test_a_run_that_fails_leaves_no_rows(tmp_path: Path) -> None:
    images = make_synthetic(tmp_path, 2, seed=0).images
    weights = tmp_path / "other.weights.h5"
    weights.write_bytes(b"no weights")
    where = [
        "--images",
        str(Path(images[0].path).parent),
        "--out",
        str(tmp_path / "out"),
        "--home",
        str(tmp_path / "h"),
    ]
    done = run_classify("--weights", str(weights), *where, "--cores", "1")
    assert done.returncode == 1
    assert "NetworkError: the weights in other.weights.h5 do not fit" in done.stderr
    assert "error: no run finished" in done.stderr
    assert not (tmp_path / "out").exists()
    assert open_store(tmp_path / "h").runs.load()["status"].tolist() == ["failed"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--labels", "labels.txt"], "--labels: random weights know no classes"),
        (["--weights", "gone.h5"], "--weights: gone.h5 is not a file of Keras weights"),
        (["--executors", "1,2"], "classify runs one configuration"),
        (["--timeout", "soon"], "--timeout: 'soon'"),
        (["--launch-timeout", "soon"], "--launch-timeout: 'soon'"),
    ],
)
def test_bad_options_are_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], message: str
) -> None:
    (tmp_path / "a.jpg").write_bytes(b"x")
    where = ["--images", str(tmp_path), "--out", str(tmp_path / "out"), "--home", str(tmp_path / "home")]
    assert main(["classify", "--application", "tiny_cnn", *where, *options]) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith(f"error: {message}")
    assert captured.err.count("\n") == 1
    assert not (tmp_path / "out").exists()
