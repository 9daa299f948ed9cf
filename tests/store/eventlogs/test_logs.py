"""Logs in several files: rolled by Spark or Databricks, in folders and in archives that may mean harm."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from store import Store
from store.errors import EventLogError
from store.eventlogs import entries
from store.eventlogs.entries import of_path
from store.eventlogs.imports import Preview, Refused, preview
from store.eventlogs.reading import holds_log
from store.eventlogs.run import Supplied
from tests.store.eventlogs.helpers import Event, added, lines, read, start, task, whole

EVENTS = whole(*(task(number, str(number % 2)) for number in range(9)))
THIRDS = [lines(*EVENTS[:8]), lines(*EVENTS[8:12]), lines(*EVENTS[12:])]
TASKS = 9


def rolled(folder: Path, *numbers: int, suffix: str = "") -> Path:
    log = folder / "eventlog_v2_app-1"
    log.mkdir(parents=True)
    for number in numbers:
        (log / f"events_{number}_app-1{suffix}").write_bytes(THIRDS[number - 1])
    (log / "appstatus_app-1.inprogress").touch()
    (log / ".events_1_app-1.crc").write_bytes(b"crc")
    return log


def tar_of(files: dict[str, bytes], mode: str) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode=mode) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return target.getvalue()


def zip_of(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def test_parts_are_one_log(tmp_path: Path) -> None:
    app = read(rolled(tmp_path, 1, 2, 3))
    assert (app.tasks_ended, app.completion_time_s, app.gap, app.spark_version) == (TASKS, 4.5, None, "4.3.0")


def test_more_than_nine_parts_are_in_order(tmp_path: Path) -> None:
    log = tmp_path / "eventlog_v2_app-1"
    log.mkdir()
    for number, event in enumerate(EVENTS, start=1):
        (log / f"events_{number}_app-1").write_bytes(lines(event))
    assert (read(log).tasks_ended, read(log).completion_time_s) == (TASKS, 4.5)


@pytest.mark.parametrize(
    ("numbers", "gap"),
    [
        ((2, 3), "part 1 of the log is missing"),
        ((1, 3), "part 2 of the log is missing"),
        ((3,), "part 1 of the log is missing and 1 more"),
    ],
)
def test_a_missing_part_is_told_and_leaves_no_time(tmp_path: Path, numbers: tuple[int, ...], gap: str) -> None:
    [found] = preview(rolled(tmp_path, *numbers))
    assert isinstance(found, Preview)
    assert gap in found.run.notes
    assert found.run.row["completion_time_s"] is None


def test_nobody_knows_how_a_job_ended_whose_end_is_in_a_missing_part(tmp_path: Path) -> None:
    log = rolled(tmp_path, 1, 3)
    (log / "events_3_app-1").write_bytes(lines(EVENTS[-1]))  # only the application's end
    [found] = preview(log)
    assert isinstance(found, Preview)
    assert "part 2 of the log is missing, so nobody knows how its jobs ended" in (found.run.refusal or "")


def test_nor_when_the_application_was_killed(tmp_path: Path) -> None:
    log = rolled(tmp_path, 1, 3)
    (log / "events_3_app-1").write_bytes(lines(*EVENTS[12:-2]))  # neither its job's end nor its own
    [found] = preview(log)
    assert isinstance(found, Preview)
    assert "part 2 of the log is missing, so nobody knows how its jobs ended" in (found.run.refusal or "")
    assert found.run.row["status"] is None


def test_a_part_that_is_cut_before_others_is_a_missing_one(tmp_path: Path) -> None:
    log = rolled(tmp_path, 1, 2, 3)
    (log / "events_2_app-1").write_bytes(THIRDS[1][:-20])
    [found] = preview(log)
    assert isinstance(found, Preview)
    assert "events_2_app-1 is cut, and the log goes on after it" in found.run.notes
    assert found.run.row["completion_time_s"] is None


def test_a_compacted_log_of_a_killed_application_tells_that_its_job_ran(tmp_path: Path) -> None:
    log = rolled(tmp_path, 3)
    (log / "events_2_app-1.compact").write_bytes(THIRDS[0])
    (log / "events_3_app-1").write_bytes(lines(*EVENTS[12:-2]))
    [found] = preview(log)
    assert isinstance(found, Preview)
    assert (found.run.row["status"], found.run.refusal) == ("failed", None)
    (log / "events_3_app-1").rename(log / "events_4_app-1")
    [found] = preview(log)
    assert isinstance(found, Preview)
    assert "part 3 of the log is missing" in (found.run.refusal or "")


def test_a_part_that_is_there_twice_refuses_its_log_and_no_other(tmp_path: Path) -> None:
    log = rolled(tmp_path, 1, 2, 3)
    (log / "events_2_app-1.zstd").write_bytes(THIRDS[1])
    (tmp_path / "good").write_bytes(lines(*EVENTS))
    refused, good = preview(tmp_path)
    assert isinstance(refused, Refused)
    assert refused.name == log.name
    assert "part 2 of this log is there twice" in refused.reason
    assert isinstance(good, Preview)


def test_a_compacted_part_stands_for_those_before(tmp_path: Path) -> None:
    log = rolled(tmp_path, 1, 2, 3)
    (log / "events_2_app-1.compact").write_bytes(THIRDS[0])
    [found] = preview(log)
    assert isinstance(found, Preview)
    assert found.run.tasks == TASKS - sum(b"TaskEnd" in line for line in THIRDS[1].splitlines())
    assert "compacted" in str(found.run.notes)
    assert found.run.row["completion_time_s"] is None


def test_databricks_rolls_by_date(tmp_path: Path) -> None:
    def metadata(number: int) -> bytes:
        return lines({"Event": "DBCEventLoggingListenerMetadata", "Spark Version": "3.5.0", "Rollover Number": number})

    (tmp_path / "eventlog-2021-06-14--20-00.gz").write_bytes(gzip.compress(metadata(0) + THIRDS[0]))
    (tmp_path / "eventlog-2021-06-14--21-00.gz").write_bytes(gzip.compress(metadata(1) + THIRDS[1]))
    (tmp_path / "eventlog").write_bytes(metadata(2) + THIRDS[2])
    app = read(tmp_path)
    assert (app.tasks_ended, app.completion_time_s, app.codec, app.gap) == (TASKS, 4.5, "gzip+none", None)
    (tmp_path / "eventlog-2021-06-14--20-00.gz").unlink()
    assert read(tmp_path).gap == "1 of 3 parts of the log are missing"


def test_a_folder_holds_several_logs_and_attempts(tmp_path: Path) -> None:
    rolled(tmp_path, 1, 2, 3)
    for attempt in ("1", "2"):
        (tmp_path / f"application_7_{attempt}").write_bytes(lines(*EVENTS))
    (tmp_path / "app-2.inprogress").write_bytes(lines(*EVENTS[:9]))
    found = {one.name: one.run.row["status"] for one in preview(tmp_path) if isinstance(one, Preview)}
    assert found == {
        "app-2.inprogress": "failed",
        "application_7_1": "ok",
        "application_7_2": "ok",
        "eventlog_v2_app-1": "ok",
    }


FILES = {f"eventlog_v2_app-1/events_{number}_app-1": THIRDS[number - 1] for number in (3, 1, 2)}


@pytest.mark.parametrize(
    "content",
    [zip_of(FILES), tar_of(FILES, "w"), tar_of(FILES, "w:gz"), gzip.compress(tar_of(FILES, "w"))],
    ids=["zip", "tar", "tar.gz", "tar-gz"],
)
def test_archives_are_read_in_place(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "upload").write_bytes(content)
    app = read(tmp_path)
    assert (app.tasks_ended, app.completion_time_s, app.gap) == (TASKS, 4.5, None)
    assert [path.name for path in tmp_path.iterdir()] == ["upload"]


@pytest.mark.parametrize("pack", [zip_of, lambda files: tar_of(files, "w")], ids=["zip", "tar"])
@pytest.mark.parametrize("name", ["../../x", "/etc/x", "a/../../../x"])
def test_a_members_name_points_nowhere(tmp_path: Path, pack, name: str) -> None:  # type: ignore[no-untyped-def]
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (inner / "upload").write_bytes(pack({name: lines(*EVENTS)}))
    assert read(inner / "upload").tasks_ended == TASKS
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [inner / "upload"]
    assert not Path("/etc/x").exists()


def test_a_tar_that_is_damaged_in_the_middle_is_refused(tmp_path: Path) -> None:
    content = bytearray(tar_of({"one": b"x" * 512, "two": b"y" * 512}, "w"))
    content[1024] ^= 0xFF  # the second header
    (tmp_path / "logs.tar").write_bytes(content)
    with pytest.raises(EventLogError, match="damaged after its file number 1"):
        read(tmp_path / "logs.tar")


def test_links_in_a_tar_are_not_followed(tmp_path: Path) -> None:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        info = tarfile.TarInfo("log")
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(info)
    (tmp_path / "upload").write_bytes(target.getvalue())
    with pytest.raises(EventLogError, match="no event log in it"):
        read(tmp_path / "upload")


def test_links_in_a_folder_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "log").symlink_to("/etc/passwd")
    with pytest.raises(EventLogError, match="no event log in it"):
        read(tmp_path / "folder")


def harm_too_many() -> bytes:
    return zip_of({str(number): b"" for number in range(50)})


def harm_encrypted() -> bytes:
    content = bytearray(zip_of({"log": lines(*EVENTS)}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def harm_tar_header() -> bytes:
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 1 << 30
    return info.tobuf(tarfile.GNU_FORMAT) + b"\0" * 4096


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (harm_too_many(), "more than 20 files"),
        (harm_encrypted(), "encrypted"),
        (harm_tar_header(), "header larger than any"),
        (zip_of({"log": lines(*EVENTS)})[:-30], "not complete"),
        (gzip.compress(tar_of(FILES, "w"))[:-100], "not complete"),
        (b"PK\x03\x04" + b"\0" * 100, "not complete"),
    ],
    ids=["files", "encrypted", "tar-header", "cut zip", "cut tar.gz", "no zip"],
)
def test_archives_that_mean_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, words: str) -> None:
    monkeypatch.setattr(entries, "MOST_MEMBERS", 20)
    (tmp_path / "upload").write_bytes(content)
    with pytest.raises(EventLogError, match=words) as caught:
        read(tmp_path / "upload")
    assert "upload" in str(caught.value)


def test_a_zip_with_a_damaged_member_is_an_error_already_when_it_is_looked_at(tmp_path: Path) -> None:
    """Found by the fuzz: BadZipFile came out as it was."""
    content = bytearray(zip_of({"log": lines(*EVENTS)}))
    content[0:4] = b"PK\x03\x04"
    content[8:12] = b"\xff" * 4
    content[26:28] = b"\x09\x00"  # the length of the name, in front of the member and not in the table of contents
    (tmp_path / "upload").write_bytes(content)
    with pytest.raises(EventLogError, match=r"log cannot be read: "):
        holds_log(of_path(tmp_path / "upload"))


def test_a_zip_bomb_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.eventlogs.codecs.Budget.FLOOR", 1 << 20)
    monkeypatch.setattr("store.eventlogs.codecs.Budget.RATIO", 2)
    bomb = lines(start()) + b'{"Event":"Skipped"}\n' * 200_000
    (tmp_path / "upload").write_bytes(zip_of({"log": bomb}))
    with pytest.raises(EventLogError, match="unpacks to more than"):
        read(tmp_path / "upload")


def test_a_zip_bomb_is_stopped_before_it_is_hashed(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.eventlogs.codecs.Budget.FLOOR", 1 << 20)
    monkeypatch.setattr("store.eventlogs.codecs.Budget.RATIO", 2)
    monkeypatch.setattr("store.eventlogs.imports._read", lambda *_: pytest.fail("it was hashed whole"))
    (tmp_path / "upload").write_bytes(zip_of({"log": lines(*EVENTS) + b"x" * 4_000_000}))
    [refused] = store.eventlogs.add(tmp_path / "upload", Supplied())
    assert isinstance(refused, Refused)
    assert "unpacks to more than" in refused.reason


def test_a_name_in_a_zip_that_is_no_text_is_an_error_in_words(tmp_path: Path) -> None:
    content = bytearray(zip_of({"log-\u00e4": lines(*EVENTS)}))
    place = content.rindex("\u00e4".encode())  # in the table of contents
    content[place : place + 2] = b"\xff\xff"
    (tmp_path / "upload").write_bytes(content)
    with pytest.raises(EventLogError, match="cannot be read"):
        holds_log(of_path(tmp_path / "upload"))


def test_a_log_may_have_its_name_elsewhere_in_the_line(tmp_path: Path) -> None:
    events: list[Event] = [start(), added("0", 2_000)]
    text = "".join(str(line) + "\n" for line in ('{ "Timestamp": 5, "Event" : "SparkListenerApplicationStart"}',))
    (tmp_path / "log").write_bytes(lines(*events) + b"\n" + text.encode())
    assert read(tmp_path / "log").app_start_ms == 5


def test_until_spark_1_2_a_log_was_a_folder(tmp_path: Path) -> None:
    log = tmp_path / "app-1422981759269"
    log.mkdir()
    (log / "EVENT_LOG_1").write_bytes(lines(*EVENTS))
    for name in (
        "SPARK_VERSION_1.2.0",
        "COMPRESSION_CODEC_lzf",
        "APPLICATION_COMPLETE",
    ):
        (log / name).touch()
    [found] = preview(tmp_path)
    assert isinstance(found, Preview)
    assert found.run.tasks == TASKS
