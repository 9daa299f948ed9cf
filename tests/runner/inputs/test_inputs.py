"""Whatever users bring, on real executors: their own model, CIFAR-10, broken images. Their photos: test_classify."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from store import open_store
from tests.runner.helpers import run_profile
from tests.runner.samples import write_samples

ONE_RUN = ("--executors", "1", "--images-per-partition", "10")


def only_row(home: Path) -> dict[Any, Any]:
    (row,) = open_store(home).runs.load().to_dict("records")
    return row


def test_a_users_model_on_cifar_records_of_which_one_is_cut_short(tmp_path: Path, networks: dict[str, Any]) -> None:
    photos = write_samples(tmp_path / "samples")
    home = tmp_path / "home"
    done = run_profile(
        home, *ONE_RUN, "--model", networks["grey"], "--application", "grey_net", "--images", str(photos)
    )
    assert done.returncode == 0, done.stderr
    row = only_row(home)
    assert (row["application"], row["status"], row["input_images"]) == ("grey_net", "ok", 2)
    settings = row["settings"]
    assert (settings["predictions"], settings["corrupt_images"], settings["input_size"]) == (1, 1, 30)
    assert settings["corrupt_examples"] == ["data_batch_1.bin#1: the record is cut short"]
    assert "1 of 2 images could not be read: data_batch_1.bin#1: the record is cut short" in done.stderr
    assert settings["dataset"].startswith("cifar10-2-")
    assert len(settings["model_sha256"]) == 64


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
