"""Predictions appear whole or not at all, and never over something else."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from runner.errors import RunnerError
from runner.runs.delivery import IncompleteError, read_delivery


def write_rows(folder: Path, rows: int, *, finished: bool = True) -> None:
    folder.mkdir(parents=True)
    parquet.write_table(pa.table({"image": [f"{number}.jpg" for number in range(rows)]}), folder / "part-0.parquet")
    if finished:
        (folder / "_SUCCESS").touch()


@pytest.mark.parametrize("exists", [True, False])
def test_rows_appear_in_one_step_with_what_they_are(tmp_path: Path, exists: bool) -> None:
    out = tmp_path / "out"
    if exists:
        out.mkdir()
    delivery = read_delivery(out, None)
    write_rows(delivery.folder_of("failed"), 2, finished=False)
    write_rows(delivery.folder_of("good"), 3)
    delivery.publish(3, {"images": 3})
    delivery.clean_up()
    assert parquet.read_table(out).num_rows == 3
    assert json.loads((out / "_about.json").read_text()) == {"images": 3}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_missing_row_is_no_delivery(tmp_path: Path) -> None:
    delivery = read_delivery(tmp_path / "out", None)
    write_rows(delivery.folder_of("id"), 2)
    with pytest.raises(IncompleteError, match="3 images went in, 2 rows came out"):
        delivery.publish(3, {})
    assert not delivery.out.exists()


def test_an_unfinished_run_is_no_delivery(tmp_path: Path) -> None:
    delivery = read_delivery(tmp_path / "out", None)
    write_rows(delivery.folder_of("id"), 3, finished=False)
    with pytest.raises(IncompleteError, match="no run finished"):
        delivery.publish(3, {})
    assert not delivery.out.exists()


def test_what_is_there_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").touch()
    (tmp_path / "file").touch()
    for name, message in (("full", "is not empty"), ("file", "is a file"), ("no/such", "there is no folder")):
        with pytest.raises(RunnerError, match=f"--out: .*{message}"):
            read_delivery(tmp_path / name, None)


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "one class name a line"), (b"a\n\nb\n", "empty line"), (b"\xff", "cannot be read")],
)
def test_bad_labels_are_refused(tmp_path: Path, content: bytes, message: str) -> None:
    labels = tmp_path / "labels.txt"
    labels.write_bytes(content)
    with pytest.raises(RunnerError, match=f"--labels: .*{message}"):
        read_delivery(tmp_path / "out", labels)
