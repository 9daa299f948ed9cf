"""Predictions appear whole or not at all, and never over something else."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from runner.errors import RunnerError
from runner.runs.delivery import IncompleteError, MisplacedError, read_delivery


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


def test_two_commands_with_the_same_place_leave_each_other_alone(tmp_path: Path) -> None:
    one, other = (read_delivery(tmp_path / "out", None) for _ in range(2))
    write_rows(one.folder_of("id"), 3)
    other.clean_up()  # the one that was told that somebody measures already
    one.publish(3, {})
    assert parquet.read_table(one.out).num_rows == 3


def test_rows_are_kept_when_something_else_took_their_place(tmp_path: Path) -> None:
    delivery = read_delivery(tmp_path / "out", None)
    write_rows(delivery.folder_of("0123456789"), 3)
    delivery.out.mkdir()
    (delivery.out / "mine.txt").touch()
    with pytest.raises(MisplacedError, match=f"the rows are complete, in {tmp_path / 'out-01234567'}"):
        delivery.publish(3, {"images": 3})
    delivery.clean_up()
    assert parquet.read_table(tmp_path / "out-01234567").num_rows == 3
    assert [path.name for path in delivery.out.iterdir()] == ["mine.txt"]


def test_a_mount_point_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os.path, "ismount", lambda path: path == tmp_path)
    with pytest.raises(RunnerError, match=r"--out: .* is a mount point; give a folder in it"):
        read_delivery(tmp_path / "empty" / "..", None)
    read_delivery(tmp_path / "out", None)


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


def test_what_a_killed_command_left_goes_with_the_next_delivery(tmp_path: Path) -> None:
    killed, other = read_delivery(tmp_path / "out", None), read_delivery(tmp_path / "other", None)
    for delivery in (killed, other):
        write_rows(delivery.folder_of("id"), 2, finished=False)
    delivery = read_delivery(tmp_path / "out", None)
    write_rows(delivery.folder_of("id"), 2)
    delivery.publish(2, {})
    assert not killed.partial.exists()
    assert other.partial.exists()
