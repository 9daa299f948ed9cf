"""Tasks that were moved to Parquet are read as before, each once, whatever happens to their runs."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from store import RunRecord, Store, StoreUnusableError, cli
from store.__main__ import parser
from store.database.database import Database
from store.eventlogs.run import Supplied
from store.uploads.uploads import Undone
from tests.store.eventlogs.helpers import lines, task, whole

Make = Callable[..., dict[str, Any]]
NOW = timedelta(0)


def in_database(store: Store) -> int:
    with Database(store.home.database).transaction() as connection:
        [(count,)] = connection.execute("SELECT count(*) FROM tasks").fetchall()
    return int(count)


@pytest.fixture
def three(store: Store, run: Make) -> Store:
    """Three runs, two of one application, with four tasks each."""
    for number, application in enumerate(["resnet50", "resnet50", "xception"]):
        tasks = [{"task_id": n, "launch_ms": 10 * n, "executor_id": str(n % 2), "failed": n == 3} for n in range(4)]
        store.runs.add_records([RunRecord(run(application=application, repeat=number), tasks)])
    return store


def test_moved_tasks_read_as_before(three: Store, run: Make) -> None:
    one = three.runs.load()["run_id"][0]
    before = three.runs.tasks(one), three.runs.all_tasks(), three.runs.all_tasks("xception", "lab")
    moved = three.task_files.compact(NOW)
    assert (moved.runs, moved.tasks, in_database(three)) == (3, 12, 0)
    after = three.runs.tasks(one), three.runs.all_tasks(), three.runs.all_tasks("xception", "lab")
    for was, now in zip(before, after, strict=True):
        pd.testing.assert_frame_equal(was, now)
    three.runs.add_records([RunRecord(run(repeat=9), [{"task_id": 7}])])
    assert sorted(three.runs.all_tasks("resnet50", "lab")["task_id"]) == [0, 0, 1, 1, 2, 2, 3, 3, 7]
    assert three.verify() == (0, [])


def test_only_old_runs_are_moved_and_each_once(three: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(parser(), ["compact", "--home", str(three.home.root)]) == 0
    assert capsys.readouterr().out == "no run was stored more than 30 days ago with its tasks in the database\n"
    assert cli.run(parser(), ["compact", "--home", str(three.home.root), "--older-than", "0"]) == 0
    assert capsys.readouterr().out.startswith(f"12 tasks of 3 runs are in {three.home.tasks}")
    assert three.task_files.compact(NOW).file is None
    assert len(list(three.home.tasks.iterdir())) == 1
    with pytest.raises(SystemExit):
        cli.run(parser(), ["compact", "--older-than", "-1"])


def test_a_log_that_is_undone_and_comes_again_has_its_tasks_once(store: Store, tmp_path: Path) -> None:
    log, given = tmp_path / "log", Supplied("a", "c", 100)
    log.write_bytes(lines(*whole(task(0, "0"), task(1, "1"))))

    def add() -> str:
        [outcome] = store.eventlogs.add(log, given)
        store.task_files.compact(NOW)
        assert len(store.runs.all_tasks()) == 2
        return str(outcome.upload_id)  # type: ignore[union-attr]

    for _ in range(2):
        undone: Undone = store.uploads.undo(add())
        assert undone.removed == 1
        assert store.runs.all_tasks().empty
    add()
    assert len(list(store.home.tasks.iterdir())) == 1, "the same tasks are the same file"
    assert store.verify() == (0, [])


def test_a_file_of_a_move_that_was_cut_off_does_not_count(three: Store) -> None:
    """Killed after the file was written and before the move was committed."""
    before = three.runs.all_tasks()
    file = three.task_files.compact(NOW).file
    assert file is not None
    shutil.copyfile(file, file.with_name("11111111-1111-1111-1111-111111111111.parquet"))
    pd.testing.assert_frame_equal(three.runs.all_tasks(), before)


def test_a_file_that_is_gone_is_an_error_and_verify_says_so(three: Store) -> None:
    file = three.task_files.compact(NOW).file
    assert file is not None
    file.unlink()
    with pytest.raises(StoreUnusableError, match=file.name):
        three.runs.all_tasks()
    assert three.verify() == (0, [f"{file} is gone: tasks of 3 runs"])


@pytest.mark.parametrize("renamed", [False, True], ids=["by its SHA-256", "by an older name"])
def test_a_file_that_was_changed_is_found(three: Store, renamed: bool) -> None:
    file = three.task_files.compact(NOW).file
    assert file is not None
    content = file.read_bytes()
    if renamed:
        file = file.rename(file.with_name("11111111-1111-1111-1111-111111111111.parquet"))
        with duckdb.connect(str(three.home.database)) as connection:
            connection.execute("UPDATE compacted_runs SET file = ?", [file.name])
        assert three.verify() == (0, [])
    file.write_bytes(content[:4])
    with pytest.raises(StoreUnusableError, match=r"tasks cannot be read: .*python -m store verify names the file"):
        three.runs.all_tasks()
    [problem] = three.verify()[1]
    assert problem.startswith(f"{file} ")
    assert problem.endswith(": tasks of 3 runs")
