"""Event logs into the store: once, wholly or not at all, undone as a whole, and on the command line."""

from __future__ import annotations

import gzip
import io
import json
import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from store import Imported, Store, cli
from store.__main__ import parser
from store.errors import EventLogError
from store.eventlogs.entries import of_bytes
from store.eventlogs.imports import Refused
from store.eventlogs.run import Supplied
from tests.commands import give
from tests.store.eventlogs.helpers import WRITERS, lines, task, whole

ROOT = Path(__file__).parents[3]
CONTENT = lines(*whole(*(task(number, str(number % 2)) for number in range(6))))
GIVEN = Supplied(application="resnet50", cluster="lab", sampling_rate_pct=10, images_per_partition=50)


def only(outcomes: list[Imported | Refused]) -> Imported:
    [outcome] = outcomes
    assert isinstance(outcome, Imported), outcome
    return outcome


def test_a_log_is_a_run_with_its_tasks_and_executors(store: Store) -> None:
    imported = only(store.eventlogs.add(of_bytes(CONTENT, "app-1"), GIVEN, by="ada"))
    assert (imported.rows, imported.added) == (1, 1)
    [run] = store.runs.load().to_dict("records")
    assert (run["application"], run["num_executors"], run["completion_time_s"]) == ("resnet50", 2, 4.5)
    assert (run["images_per_partition"], run["origin"]) == (50, "uploaded")
    assert str(run["started_at"]) == "1970-01-01 00:00:01+00:00"
    assert store.runs.tasks(run["run_id"])["task_id"].tolist() == list(range(6))
    assert store.runs.executors(run["run_id"])["tasks"].tolist() == [3, 3]
    [upload] = store.uploads.load().to_dict("records")
    assert (upload["name"], upload["uploaded_by"], upload["rows"]) == ("app-1", "ada", 1)


def test_a_task_whose_output_was_lost_is_told_of_twice_and_counted_once(store: Store) -> None:
    twice = whole(*(task(number, str(number % 2)) for number in range(6)), task(5, "1", {"Reason": "Resubmitted"}))
    only(store.eventlogs.add(of_bytes(lines(*twice), "app-1"), GIVEN))
    [run] = store.runs.load().to_dict("records")
    assert store.runs.tasks(run["run_id"])["task_id"].tolist() == list(range(6))
    assert (run["settings"]["tasks"], store.runs.executors(run["run_id"])["tasks"].sum()) == (6, 6)


def test_an_unreadable_log_does_not_hide_the_others_of_a_folder(store: Store, tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "a-damaged.gz").write_bytes(gzip.compress(CONTENT)[:40])
    (logs / "b-good").write_bytes(CONTENT)
    assert store.eventlogs.recognises(logs)
    damaged, good = store.eventlogs.add(logs, GIVEN)
    assert isinstance(damaged, Refused)
    assert isinstance(good, Imported)


@pytest.mark.parametrize("codec", WRITERS)
def test_the_same_log_in_another_codec_adds_nothing(store: Store, codec: str) -> None:
    store.eventlogs.add(of_bytes(CONTENT, "app-1"), GIVEN)
    again = only(store.eventlogs.add(of_bytes(WRITERS[codec](CONTENT), "copy"), GIVEN))
    assert (again.added, again.already_there) == (0, 1)
    assert len(store.runs.load()) == 1
    assert len(store.runs.tasks(store.runs.load()["run_id"][0])) == 6


def test_other_values_for_the_same_log_are_refused_until_it_is_undone(store: Store) -> None:
    first = only(store.eventlogs.add(of_bytes(CONTENT, "app-1"), GIVEN))
    other = Supplied(application="xception", cluster="lab", sampling_rate_pct=10)
    copy = of_bytes(gzip.compress(CONTENT), "copy.gz")
    [refused] = store.eventlogs.add(copy, other)
    assert isinstance(refused, Refused)
    assert f"python -m store undo {first.upload_id[:8]}" in refused.reason
    store.uploads.undo(first.upload_id)
    assert store.runs.load().empty
    assert only(store.eventlogs.add(copy, other)).added == 1
    assert store.runs.load()["application"].tolist() == ["xception"]


def test_an_earlier_copy_of_the_same_application_does_not_count_twice(store: Store) -> None:
    early = only(store.eventlogs.add(of_bytes(CONTENT[: len(CONTENT) // 2], "app-1.inprogress"), GIVEN))
    [late] = store.eventlogs.add(of_bytes(CONTENT, "app-1"), GIVEN)
    assert isinstance(late, Refused)
    assert f"undo that first: python -m store undo {early.upload_id[:8]}" in late.reason
    assert store.runs.load()["status"].tolist() == ["failed"]
    store.uploads.undo(early.upload_id)
    assert only(store.eventlogs.add(of_bytes(CONTENT, "app-1"), GIVEN)).added == 1
    assert store.runs.load()["status"].tolist() == ["ok"]


def test_a_bad_log_does_not_keep_a_good_one_out(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "good").write_bytes(CONTENT)
    (folder / "bad").write_bytes(CONTENT.replace(b'"Total Cores":2', b'"Total Cores":"two"'))
    bad, good = store.eventlogs.add(folder, GIVEN)
    assert isinstance(good, Imported)
    assert isinstance(bad, Refused)
    assert bad.reason.startswith("bad, line 4: not what Spark writes: Expected `int`, got `str`")


@pytest.mark.parametrize("value", [0.0, -5.0, 20_000.0])
def test_what_is_given_keeps_the_contract(store: Store, value: float) -> None:
    given = Supplied(application="a", cluster="c", sampling_rate_pct=value)
    [refused] = store.eventlogs.add(of_bytes(CONTENT, "app-1"), given)
    assert isinstance(refused, Refused)
    assert refused.reason.startswith("app-1: sampling_rate_pct: ")
    assert store.runs.load().empty
    assert store.uploads.load().empty


@pytest.mark.parametrize("name", ["'; DROP TABLE runs; --", "<script>alert(1)</script>", "../../x"])
def test_names_are_data(store: Store, name: str) -> None:
    given = Supplied(application=name, cluster=name, sampling_rate_pct=10)
    content = CONTENT.replace(b"app-1", json.dumps(name)[1:-1].encode())
    assert only(store.eventlogs.add(of_bytes(content, name), given)).added == 1
    [run] = store.runs.load(application=name, cluster=name).to_dict("records")
    assert run["settings"]["app_id"] == name


def test_what_is_an_event_log_is_told_by_its_content(store: Store, tmp_path: Path) -> None:
    files = {
        "log": CONTENT,
        "log.gz": gzip.compress(CONTENT),
        "runs.csv": b"application,cluster\na,b\n",
        "runs.jsonl": b'{"application": "a"}\n',
        "zv.csv": b"ZV,cluster\na,b\n",  # as LZF starts
        "empty": b"",
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    assert [name for name in files if store.eventlogs.recognises(tmp_path / name)] == ["log", "log.gz"]
    assert store.eventlogs.recognises(tmp_path)
    with pytest.raises(EventLogError, match="absent: No such file"):
        store.eventlogs.recognises(tmp_path / "absent")


def test_a_folder_without_logs(store: Store, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(EventLogError, match="no event log in it"):
        store.eventlogs.add(tmp_path / "empty", GIVEN)


def command(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SPARKCAST_HOME": str(home), "PYTHONWARNINGS": "error"}
    line = [sys.executable, "-m", "store", *arguments]
    return subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)


def test_on_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "app-1").write_bytes(CONTENT)
    log = str(tmp_path / "app-1")
    lacking = command(tmp_path / "home", "import", log, "--sampling-rate", "10")
    assert (lacking.returncode, lacking.stdout) == (2, "")
    assert lacking.stderr == "error: app-1: say what this log does not: application, cluster\n"
    options = ("--application", "resnet50", "--cluster", "lab", "--sampling-rate", "10", "--memory", "2g")
    done = command(tmp_path / "home", "import", log, *options)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0] == "app-1: 1 runs added, 0 already there"
    assert "executor_memory_gb is 1, as the log says; the 2 that was given is not used" in done.stdout
    for size in ("lots", "8"):  # a bare number is MiB to Spark and GiB to people
        wrong = command(tmp_path / "home", "import", log, "--memory", size)
        assert wrong.returncode == 2
        assert f"'{size}' is no size such as 8g or 8192m" in wrong.stderr


def test_logs_are_looked_at_without_storing_them(tmp_path: Path) -> None:
    (tmp_path / "app-1").write_bytes(CONTENT)
    done = command(tmp_path / "home", "logs", "--json", str(tmp_path / "app-1"))
    [found] = json.loads(done.stdout)
    assert (found["log"], found["codec"], found["tasks"], found["status"]) == ("app-1", "none", 6, "ok")
    assert not (tmp_path / "home").exists()


def main(arguments: Sequence[str]) -> int:
    return cli.run(parser(), arguments)


def test_what_is_no_log_does_not_hide_the_others_that_are_looked_at(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(CONTENT)
    (tmp_path / "b").mkdir()
    done = give(main, "logs", "--json", str(tmp_path / "b"), str(tmp_path / "a"))
    assert (done.returncode, done.stderr) == (2, "error: the folder: no event log in it\n")
    assert [one["log"] for one in json.loads(done.stdout)] == ["a"]


def cut_tar(name: str) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as archive:
        info = tarfile.TarInfo(name)
        info.size = len(CONTENT)
        archive.addfile(info, io.BytesIO(CONTENT))
    return target.getvalue()[:-100]


def encrypted_zip(name: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(name, CONTENT)
    content = bytearray(target.getvalue())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("logs.tar.gz", cut_tar("app-1"), "logs.tar.gz: the archive is not complete"),
        ("logs.zip", encrypted_zip("app-1"), "logs.zip: it is encrypted"),
        ("app-1.gz", b"\x1f\x8b" + b"x" * 99, "app-1.gz: the gzip data is damaged"),
    ],
)
def test_why_logs_cannot_be_read_is_said_and_not_that_they_are_no_table(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(content)
    done = give(main, "import", "--home", str(tmp_path / "home"), str(tmp_path / name))
    assert done.returncode == 2
    assert words in done.stderr
