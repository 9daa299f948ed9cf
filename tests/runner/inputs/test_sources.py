"""Data sets: folders of photos, Yelp's photos, CIFAR-10's binary files."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from runner.errors import RunnerError
from runner.inputs.decoding import ImageError
from runner.inputs.manifest import ImageRef, read_manifest, write_manifest
from runner.inputs.sources import open_images
from runner.jobs.inference import Worker
from runner.jobs.resident import _ROW, Reader

RECORD = 3073


def names(folder: Path) -> list[str]:
    return [image.name for image in open_images(folder).images]


def make_yelp(folder: Path, lines: list[str]) -> Path:
    (folder / "photos").mkdir()
    (folder / "photos.json").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def photo(photo_id: str) -> str:
    return json.dumps({"photo_id": photo_id, "business_id": "b", "caption": "a café", "label": "food"})


def test_a_folder_lists_its_photos_only(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "dir.jpg").mkdir()
    for name in ("b.jpg", "a.JPEG", "deep/c.jpg", "notes.txt", "d.png", "e.gif"):
        (tmp_path / name).write_bytes(b"x")
    assert names(tmp_path) == ["a.JPEG", "b.jpg", "d.png", "c.jpg"]
    assert open_images(tmp_path).name.startswith("folder-4-")


def test_linked_folders_are_searched_once_and_a_link_to_nowhere_is_an_image(tmp_path: Path) -> None:
    elsewhere, given = tmp_path / "elsewhere", tmp_path / "given"
    (given / "real").mkdir(parents=True)
    elsewhere.mkdir()
    (elsewhere / "far.jpg").write_bytes(b"x")
    (given / "real" / "near.jpg").write_bytes(b"x")
    (given / "a").symlink_to(elsewhere)
    (given / "again").symlink_to(given / "real")
    (elsewhere / "back").symlink_to(given)
    (given / "gone.png").symlink_to(tmp_path / "nothing.png")
    (given / "note.txt").symlink_to(tmp_path / "nothing.txt")
    dataset = open_images(given)
    found = [Path(image.path).relative_to(given.resolve()).as_posix() for image in dataset.images]
    assert found == ["a/far.jpg", "gone.png", "real/near.jpg"]
    (tmp_path / "nothing.png").write_bytes(b"x")
    assert open_images(given).name != dataset.name


def test_a_folder_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "locked").mkdir()
    (tmp_path / "a.jpg").write_bytes(b"x")
    scan = os.scandir

    def scandir(folder: str) -> Any:  # root may read everything
        if Path(folder).name == "locked":
            raise PermissionError(errno.EACCES, "Permission denied", folder)
        return scan(folder)

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(
        RunnerError, match=r"--images: .*/locked cannot be read \(Permission denied\); make it readable"
    ):
        open_images(tmp_path)


def test_other_files_make_another_dataset(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"x")
    before = open_images(tmp_path).name
    assert open_images(tmp_path).name == before
    assert str(tmp_path) not in before
    (tmp_path / "a.jpg").write_bytes(b"longer")
    assert open_images(tmp_path).name != before


def test_yelp_lists_what_its_file_lists(tmp_path: Path) -> None:
    make_yelp(tmp_path, [photo("b-_1"), "", photo("a2")])
    (tmp_path / "photos" / "unlisted.jpg").write_bytes(b"x")
    dataset = open_images(tmp_path)
    assert [image.path for image in dataset.images] == [
        str(tmp_path.resolve() / "photos" / f"{name}.jpg") for name in ("b-_1", "a2")
    ]
    assert dataset.name.startswith("yelp-2-")


@pytest.mark.parametrize("line", ["{", '{"business_id": "b"}', "[]", '"x"', '{"photo_id": 3}', photo("../../etc/x")])
def test_a_bad_line_of_yelp_is_named(tmp_path: Path, line: str) -> None:
    make_yelp(tmp_path, [photo("a"), line])
    with pytest.raises(RunnerError, match=r"--images: .*photos\.json, line 2: .*photo_id"):
        open_images(tmp_path)


def test_an_empty_yelp_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunnerError, match="lists no photo"):
        open_images(make_yelp(tmp_path, []))


def test_cifar_counts_its_records(tmp_path: Path) -> None:
    (tmp_path / "data_batch_2.bin").write_bytes(bytes(RECORD + 5))  # the second record is cut short
    (tmp_path / "data_batch_1.bin").write_bytes(bytes(2 * RECORD))
    (tmp_path / "test_batch.bin").write_bytes(bytes(RECORD))
    assert names(tmp_path) == ["data_batch_1.bin#0", "data_batch_1.bin#1", "data_batch_2.bin#0", "data_batch_2.bin#1"]
    assert open_images(tmp_path).name.startswith("cifar10-4-")


def test_empty_cifar_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "data_batch_1.bin").touch()
    with pytest.raises(RunnerError, match="are empty"):
        open_images(tmp_path)


def test_a_folder_without_images_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunnerError, match="--images: no image below"):
        open_images(tmp_path)
    with pytest.raises(RunnerError, match="is not a folder"):
        open_images(tmp_path / "missing")


def test_a_manifest_keeps_references(tmp_path: Path) -> None:
    images = [ImageRef("/photos/a#b.jpg"), ImageRef("/cifar/data_batch_1.bin", 7)]
    write_manifest(tmp_path / "manifest.json", images)
    assert read_manifest(tmp_path / "manifest.json") == images
    assert [str(image) for image in images] == ["/photos/a#b.jpg", "/cifar/data_batch_1.bin#7"]


def test_a_path_that_is_no_utf_8_survives_the_manifest_and_can_be_shown(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.jpg")
    path.touch()
    write_manifest(tmp_path / "manifest.json", open_images(tmp_path).images)
    [image] = read_manifest(tmp_path / "manifest.json")
    assert Path(image.path).is_file()
    assert image.text == f"{tmp_path}/caf\N{REPLACEMENT CHARACTER}.jpg"
    assert ImageRef("/photos/café.bin", 7).text == "/photos/café.bin#7"


def test_both_ways_to_predict_give_spark_a_path_that_is_no_utf_8() -> None:
    image = ImageRef("/nowhere/" + os.fsdecode(b"caf\xe9.jpg"))
    decoder = SimpleNamespace(decode=_cannot_decode)
    reader = Reader.__new__(Reader)  # without a network: decoding is not the point
    reader._decoder, reader._images = decoder, [image]
    row = reader.read(0)
    assert pa.RecordBatch.from_pylist([{"images": [row]}], schema=_ROW).num_rows == 1
    worker = Worker.__new__(Worker)
    worker._decoder, worker._images, worker._pixels = decoder, [image], np.zeros((1, 2, 2, 3), np.float32)
    worker._classifier = SimpleNamespace(predict=lambda pixels: (np.zeros((1, 5)), np.zeros((1, 5))))
    batch = worker.classify([0], 0.0)
    assert batch.column("image").to_pylist() == [row["image"]] == ["/nowhere/caf\N{REPLACEMENT CHARACTER}.jpg"]


def _cannot_decode(image: ImageRef) -> None:
    raise ImageError("No such file or directory")
