"""What stays of a run on disk, within bounds."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
import pytest

from runner.runs.keeping import keep_event_log, prune_logs, remove_partials
from store.eventlogs.eventlog import parse_event_log

EVENTS = b'{"Event":"SparkListenerLogStart","Spark Version":"4.3.0"}\n' * 2000


def test_an_event_log_is_kept_small_and_whole(tmp_path: Path) -> None:
    source = tmp_path / "app-1"
    source.write_bytes(EVENTS)
    kept = keep_event_log(source, tmp_path, "run")
    assert kept == tmp_path / "run.zstd"
    assert kept.stat().st_size < len(EVENTS) / 10
    with pa.input_stream(kept, compression="zstd") as stream:
        assert stream.read() == EVENTS
    assert parse_event_log(kept).spark_version == "4.3.0"


def test_what_a_killed_campaign_was_writing_goes_away(tmp_path: Path) -> None:
    (tmp_path / ".run.zstd.partial").write_bytes(b"half")
    (tmp_path / "other.zstd").write_bytes(b"whole")
    remove_partials(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["other.zstd"]


def test_the_oldest_logs_make_room(tmp_path: Path) -> None:
    for age, name in enumerate(["newest", "newer", "old", "oldest"]):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "driver.log").write_bytes(b"x" * 100)
        os.utime(folder, (1_000_000 - age, 1_000_000 - age))
    prune_logs(tmp_path, most_bytes=250)
    assert {path.name for path in tmp_path.iterdir()} == {"newest", "newer"}


def test_what_is_no_log_of_a_run_stays_and_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    for name in ("run", "gone"):
        (tmp_path / name).mkdir()
    is_dir = Path.is_dir

    def removed_meanwhile(path: Path) -> bool:
        found = is_dir(path)
        if path.name == "gone":
            path.rmdir()
        return found

    monkeypatch.setattr(Path, "is_dir", removed_meanwhile)
    prune_logs(tmp_path, most_bytes=-1)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
