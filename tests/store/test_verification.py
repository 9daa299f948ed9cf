"""What verify finds beyond models: runs that are there twice, and tasks of no run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from store import RunRecord, Store, cli
from store.__main__ import parser
from store.database import Database

Make = Callable[..., dict[str, Any]]


def test_runs_that_are_there_twice_and_tasks_of_no_run_are_found(
    store: Store, run: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    store.runs.add_records([RunRecord(run(), [{"task_id": 1}], [{"executor_id": "0"}])])
    assert store.verify() == (0, [])
    [run_id] = store.runs.load()["run_id"]
    database = Database(store.home.database)
    database.write(lambda connection: connection.execute("INSERT INTO runs FROM runs"))
    database.write(lambda connection: connection.execute("INSERT INTO tasks (run_id) SELECT uuid() FROM range(3)"))
    assert cli.run(parser(), ["verify", "--home", str(store.home.root)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"run {run_id} is stored 2 times",
        "tasks: 3 rows belong to no run",
        "0 versions checked: 2 problems",
    ]
