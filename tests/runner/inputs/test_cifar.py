"""CIFAR-10's binary format, read and generated."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from runner.errors import RunnerError
from runner.inputs.cifar import RECORD, Records, draw_records, make_cifar_like, name_cifar_like, open_cifar


def write_folder(folder, counts=(3, 2), test=2):
    """Write records whose pixels are all the record's number, of class number modulo 10."""
    for number, count in enumerate(counts, start=1):
        numbers = np.arange(count, dtype=np.uint8) + 10 * number
        records = np.repeat(numbers[:, None], RECORD, axis=1)
        records[:, 0] = numbers % 10
        records.tofile(folder / f"data_batch_{number}.bin")
    np.zeros((test, RECORD), dtype=np.uint8).tofile(folder / "test_batch.bin")


def test_records_are_numbered_through_all_files(tmp_path):
    write_folder(tmp_path)
    photos = open_cifar(tmp_path)
    assert len(photos.training) == 5
    assert len(photos.test) == 2
    images, labels = photos.training.read(np.array([4, 0, 3]))
    assert images.shape == (3, 32, 32, 3)
    assert images[:, 0, 0, 0].tolist() == [21, 10, 20]
    assert labels.tolist() == [1, 0, 0]


@pytest.mark.parametrize("missing", [-1, 5])
def test_a_record_that_is_not_there_is_no_image(tmp_path, missing):
    photos = make_cifar_like(tmp_path, 5, 2, seed=0)
    with pytest.raises(IndexError, match="has the records 0 to 4, not all of"):
        photos.training.read(np.array([2, missing]))


def test_pixels_come_as_rows_of_red_green_blue(tmp_path):
    record = np.zeros(RECORD, dtype=np.uint8)
    record[1 + 33] = 1  # the red plane's second row, second pixel
    record[1 + 1024 + 2] = 2  # the green plane's first row, third pixel
    record[1 + 2048 + 1023] = 3  # the blue plane's last pixel
    record.tofile(tmp_path / "one.bin")
    images, _ = Records("one", (str(tmp_path / "one.bin"),)).read(np.array([0]))
    assert images[0, 1, 1].tolist() == [1, 0, 0]
    assert images[0, 0, 2].tolist() == [0, 2, 0]
    assert images[0, 31, 31].tolist() == [0, 0, 3]
    assert images.sum() == 6


def test_a_folder_without_the_files_is_refused(tmp_path):
    with pytest.raises(RunnerError, match=r"holds no data_batch_\*.bin and test_batch.bin"):
        open_cifar(tmp_path)


@pytest.mark.parametrize("size", [0, RECORD + 1])
def test_half_a_record_is_refused(tmp_path, size):
    write_folder(tmp_path)
    (tmp_path / "data_batch_2.bin").write_bytes(bytes(size))
    with pytest.raises(RunnerError, match=rf"data_batch_2.bin: {size} bytes are not a whole number"):
        open_cifar(tmp_path)


def test_a_label_beyond_nine_is_refused(tmp_path):
    write_folder(tmp_path)
    (tmp_path / "test_batch.bin").write_bytes(bytes([10]) * RECORD)
    with pytest.raises(RunnerError, match=r"test_batch.bin: label 10 is not one of"):
        open_cifar(tmp_path)


def test_the_generated_set_is_seeded_and_says_what_it_is(tmp_path):
    photos = make_cifar_like(tmp_path, 20, 10, seed=3)
    again = make_cifar_like(tmp_path / "again", 20, 10, seed=3)
    everything = np.arange(20)
    for one, other in zip(photos.training.read(everything), again.training.read(everything), strict=True):
        np.testing.assert_array_equal(one, other)
    assert photos.training.name == "cifar-like-20-10-seed3"
    assert len(photos.test) == 10


def test_the_generated_set_is_written_beside_nobody_elses_draft(tmp_path):
    photos = name_cifar_like(tmp_path, 20, 10, seed=3)
    files = [Path(*records.files) for records in (photos.training, photos.test)]
    for path in files:
        path.with_suffix(".partial").mkdir(parents=True)
    make_cifar_like(tmp_path, 20, 10, seed=3)
    assert [path.stat().st_size for path in files] == [20 * RECORD, 10 * RECORD]


def test_classes_of_the_generated_set_differ_and_are_the_same_in_both_parts():
    training, test = (draw_records(600, seed=0, part=part) for part in (0, 1))
    means = [np.stack([part[part[:, 0] == label, 1:].mean(axis=0) for label in range(10)]) for part in (training, test)]
    nearest = [int(np.abs(means[0] - mean).sum(axis=1).argmin()) for mean in means[1]]
    assert nearest == list(range(10))
