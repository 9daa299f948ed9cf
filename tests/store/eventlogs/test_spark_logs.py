"""Logs that the installed Spark writes here: in every codec, rolled, killed, out of heap, with dynamic allocation."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyspark
import pytest

from store import Imported, Store
from store.eventlogs.imports import Preview, preview
from store.eventlogs.run import Supplied
from tests.runner.helpers import PATIENCE_S, ROOT, wait_until
from tests.standalone import running_cluster
from tests.store.eventlogs.applications import CODECS, TASKS

pytestmark = pytest.mark.thorough

GIVEN = Supplied(application="a", cluster="c", sampling_rate_pct=100, executor_memory_gb=1)


def environment(folder: Path) -> dict[str, str]:
    folder.mkdir(parents=True, exist_ok=True)
    own = {"SPARK_LOCAL_IP": "127.0.0.1", "SPARK_LOCAL_DIRS": str(folder), "PYSPARK_PYTHON": sys.executable}
    return {**os.environ, **own, "PYSPARK_DRIVER_PYTHON": sys.executable}


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "tests.store.eventlogs.applications", *arguments]


def finish(folder: Path, *arguments: str) -> int:
    """Run an application to its end and return its exit status."""
    done = subprocess.run(
        command(*arguments), cwd=ROOT, env=environment(folder), capture_output=True, timeout=PATIENCE_S, check=False
    )
    return done.returncode


def only(path: Path) -> Preview:
    [found] = preview(path)
    assert isinstance(found, Preview)
    return found


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a log in each codec, and a rolled one."""
    folder = tmp_path_factory.mktemp("logs")
    assert finish(folder / "local", "codecs", str(folder / "logs")) == 0
    return folder / "logs"


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A cluster of one worker with two cores and room for two executors of 512 MiB."""
    with running_cluster(tmp_path_factory.mktemp("cluster"), (2,), worker_memory_mib=1100) as url:
        yield url


@pytest.mark.parametrize("codec", CODECS)
def test_every_codec(logs: Path, codec: str) -> None:
    found = only(logs / codec)
    events = [json.loads(line) for line in next((logs / "none").glob("local-*")).read_text().splitlines()]
    row = found.run.row
    assert found.codec == codec
    assert (row["spark_version"], row["status"], found.run.tasks) == (pyspark.__version__, "ok", TASKS)
    assert (row["num_executors"], row["executor_cores"]) == (1, 2)
    if codec == "none":
        [end] = [event["Completion Time"] for event in events if event["Event"] == "SparkListenerJobEnd"]
        [start] = [event["Submission Time"] for event in events if event["Event"] == "SparkListenerJobStart"]
        assert row["completion_time_s"] == (end - start) / 1000
    assert row["completion_time_s"] > 0


def test_a_rolled_log(logs: Path) -> None:
    [folder] = (logs / "rolling").iterdir()
    assert len(list(folder.glob("events_*"))) > 1, "it was to roll over"
    found = only(logs / "rolling")
    assert (found.run.row["status"], found.run.tasks, found.run.row["settings"]["jobs"]) == ("ok", 240, 60)
    assert found.run.row["settings"]["log_complete"] is True


def test_they_all_come_into_the_store_once(store: Store, logs: Path) -> None:
    for added in (1, 0):
        outcomes = store.eventlogs.add(logs, GIVEN)
        assert [one.added for one in outcomes if isinstance(one, Imported)] == [added] * (len(CODECS) + 1)
    runs = store.runs.load()
    assert sorted(len(store.runs.tasks(run_id)) for run_id in runs["run_id"]) == [TASKS] * len(CODECS) + [240]


def test_killed_in_the_middle(tmp_path: Path, store: Store) -> None:
    """Spark's own defaults: rolled and zstd. What the dead driver had not flushed is missing, the rest counts."""
    folder = tmp_path / "logs"
    process = subprocess.Popen(
        command("endless", str(folder)),
        cwd=ROOT,
        env=environment(tmp_path / "local"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )

    def running() -> bool:
        found = preview(folder) if any(folder.glob("*/events_*")) else []
        return any(isinstance(one, Preview) and one.run.row["settings"]["jobs"] == 2 for one in found)

    try:
        wait_until(running, "the second job")
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    found = only(folder)
    assert (found.run.row["status"], found.run.row["completion_time_s"]) == ("failed", None)
    assert "the log stops while 1 of its jobs ran" in found.run.notes[0]
    [imported] = store.eventlogs.add(folder, GIVEN)
    assert isinstance(imported, Imported)
    assert store.runs.load()["status"].tolist() == ["failed"]


@pytest.mark.slow
def test_out_of_heap_is_one_failure(tmp_path: Path, master: str) -> None:
    assert finish(tmp_path / "local", "heap", str(tmp_path / "logs"), master) != 0
    row = only(tmp_path / "logs").run.row
    assert (row["status"], row["failure_kind"], row["completion_time_s"]) == ("oom", "oom_heap", None)
    assert row["settings"]["failures"] == {"oom_heap": 1}
    assert (row["num_executors"], row["executor_cores"], row["executor_memory_gb"]) == (1, 2, 0.5)


@pytest.mark.slow
def test_dynamic_allocation(tmp_path: Path, master: str) -> None:
    assert finish(tmp_path / "local", "dynamic", str(tmp_path / "logs"), master) == 0
    found = only(tmp_path / "logs")
    row, settings = found.run.row, found.run.row["settings"]
    assert (row["status"], settings["dynamic_allocation"], found.run.tasks) == ("ok", True, 8)
    assert settings["executors_registered"] > row["num_executors"], "some were let go, and others came"
    assert 0 < settings["executors_mean"] < 2
    assert row["num_executors"] in (1, 2)
    assert (row["executor_cores"], row["executor_memory_gb"]) == (1, 0.5)
