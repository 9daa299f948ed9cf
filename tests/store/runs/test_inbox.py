"""A finished run is durable before the database sees it, and gets there exactly once."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from store import InvalidRunsError, RunRecord, Store, StoreUnusableError, open_store
from store.database.database import Database
from store.runs.inbox import Inbox

Make = Callable[..., dict[str, Any]]

WRITER = """
import sys, uuid
from store import RunRecord, open_store
run = {"application": "a", "cluster": "c", "num_executors": 1, "executor_cores": 1,
       "executor_memory_gb": 1, "sampling_rate_pct": 100, "completion_time_s": 1.5}
store = open_store(sys.argv[1])
while True:
    run_id = str(uuid.uuid4())
    store.inbox.put(RunRecord({**run, "run_id": run_id}, [{"task_id": 1}, {"task_id": 2}]))
    print(run_id, flush=True)
    store.inbox.drain()
"""


def test_a_run_goes_through_whole(store: Store, run: Make) -> None:
    started = pd.Timestamp("2026-01-31T13:45:00Z")
    given = run(started_at=started, origin="measured", repeat=np.int64(2), settings={"cpus": np.int64(2)})
    path = store.inbox.put(RunRecord(given, [{"task_id": 1}], [{"executor_id": 0}]))
    assert path.parent == store.home.inbox
    assert store.runs.load().empty, "put does not touch the database"
    assert store.inbox.drain() == 1
    loaded = store.runs.load().iloc[0]
    assert {name: loaded[name] for name in given} == given
    assert loaded["run_id"] == path.stem
    assert store.runs.tasks(path.stem)["task_id"].tolist() == [1]
    assert store.runs.executors(path.stem)["executor_id"].tolist() == ["0"]
    assert list(store.home.inbox.iterdir()) == []


def test_put_needs_no_database(tmp_path: Path, run: Make) -> None:
    inbox = Inbox(tmp_path, Database(tmp_path / "nowhere" / "d.duckdb"))
    assert inbox.put(RunRecord(run())).is_file()


def test_two_equal_measurements_are_two_runs(store: Store, run: Make) -> None:
    for _ in range(2):
        store.inbox.put(RunRecord(run()))
    assert store.inbox.drain() == 2


def test_opening_the_store_drains(store: Store, run: Make) -> None:
    store.inbox.put(RunRecord(run()))
    assert len(open_store(store.home.root).runs.load()) == 1


def test_a_run_that_was_not_unlinked_is_not_doubled(store: Store, run: Make) -> None:
    """Killed between commit and unlink: the file is still there, the run too."""
    path = store.inbox.put(RunRecord(run(), [{"task_id": 1}]))
    content = path.read_bytes()
    assert store.inbox.drain() == 1
    path.write_bytes(content)
    assert store.inbox.drain() == 0
    assert not path.exists()
    assert len(store.runs.load()) == 1
    assert len(store.runs.tasks(path.stem)) == 1


def test_a_wrong_run_is_refused_at_the_door(store: Store, run: Make) -> None:
    with pytest.raises(InvalidRunsError, match="num_executors"):
        store.inbox.put(RunRecord(run(num_executors=0)))
    with pytest.raises(InvalidRunsError, match="executor memory"):
        store.inbox.put(RunRecord({**run(), "executor memory": 0}))
    assert list(store.home.inbox.iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b"[]",
        b"null",
        b'{"run": {}}',
        b'{"run": [1], "tasks": [], "executors": []}',
        b'{"run": {"application": "a"}, "tasks": [], "executors": []}',
        b"[" * 100_000,
    ],
)
def test_a_file_that_is_no_run_is_set_aside_with_a_note(store: Store, run: Make, content: bytes) -> None:
    good = store.inbox.put(RunRecord(run()))
    bad = store.home.inbox / "bad.json"
    bad.write_bytes(content)
    assert store.inbox.drain() == 1
    rejected = store.home.inbox / "rejected"
    assert (rejected / "bad.json").read_bytes() == content
    assert (rejected / "bad.txt").read_text().startswith("bad.json is not a valid run")
    assert store.inbox.rejected() == [rejected / "bad.json"]
    assert not good.exists()
    assert store.inbox.drain() == 0


def test_what_was_set_aside_is_never_overwritten(store: Store) -> None:
    for content in ("one", "two"):
        (store.home.inbox / "bad.json").write_text(content)
        store.inbox.drain()
    (store.home.inbox / "folder.json").mkdir()
    store.inbox.drain()
    files = [path for path in store.inbox.rejected() if path.is_file()]
    assert sorted(path.read_text() for path in files) == ["one", "two"]
    assert len(store.inbox.rejected()) == 3


def test_a_run_that_cannot_be_written_is_an_error_not_a_loss(store: Store, run: Make) -> None:
    store.home.inbox.rmdir()
    with pytest.raises(StoreUnusableError, match=r"cannot write .*No such file"):
        store.inbox.put(RunRecord(run()))


@pytest.mark.parametrize("part", ["tasks", "executors"])
@pytest.mark.parametrize("value", [1, [1], [{"cores": "x", "task_id": "x"}], None])
def test_tasks_and_executors_of_the_wrong_shape(store: Store, run: Make, part: str, value: Any) -> None:
    content = {"run": run(), "tasks": [], "executors": [], part: value}
    (store.home.inbox / "bad.json").write_text(json.dumps(content))
    assert store.inbox.drain() == 0
    assert (store.home.inbox / "rejected" / "bad.json").is_file()
    assert store.runs.load().empty


def test_two_files_that_contradict_each_other_do_not_block_the_rest(store: Store, run: Make) -> None:
    path = store.inbox.put(RunRecord(run()))
    content = json.loads(path.read_text())
    content["run"]["repeat"] = 9
    path.with_name("another.json").write_text(json.dumps(content))
    store.inbox.put(RunRecord(run(repeat=1)))
    assert store.inbox.drain() == 2
    assert list(store.home.inbox.glob("*.json")) == []


@pytest.mark.thorough
def test_drainers_at_once_take_each_run_once(store: Store, run: Make) -> None:
    for number in range(40):
        store.inbox.put(RunRecord(run(repeat=number), [{"task_id": 1}]))
    script = "import sys; from store import open_store; print(open_store(sys.argv[1]).inbox.drain())"
    others = [
        subprocess.Popen([sys.executable, "-c", script, str(store.home.root)], stdout=subprocess.DEVNULL)
        for _ in range(2)
    ]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: store.inbox.drain(), range(8)))
    assert [other.wait(timeout=60) for other in others] == [0, 0]
    runs = store.runs.load()
    assert sorted(runs["repeat"]) == list(range(40))
    assert [len(store.runs.tasks(run_id)) for run_id in runs["run_id"]] == [1] * 40
    assert list(store.home.inbox.glob("*.json")) == []


def test_kill_nine_at_any_point_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """Every run that a killed writer acknowledged is there once, with its tasks."""
    home = tmp_path / "home"
    dice = random.Random(4)
    acknowledged: list[str] = []
    for _ in range(6):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(home)], stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        acknowledged.append(writer.stdout.readline().strip())
        time.sleep(dice.uniform(0, 0.15))
        os.kill(writer.pid, signal.SIGKILL)
        acknowledged += writer.communicate()[0].split()
        assert writer.returncode == -signal.SIGKILL
    store = open_store(home)
    runs = store.runs.load()
    assert runs["run_id"].is_unique
    assert set(acknowledged) <= set(runs["run_id"])
    assert len(runs) <= len(acknowledged) + 6, "at most one a writer was durable but not yet acknowledged"
    assert {len(store.runs.tasks(run_id)) for run_id in runs["run_id"]} == {2}
