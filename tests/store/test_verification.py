"""What verify finds beyond models: runs that are there twice, and tasks of no run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from store import ModelDraft, RunRecord, Store, cli
from store.__main__ import parser
from store.database.database import Database

Make = Callable[..., dict[str, Any]]
Csv = Callable[..., bytes]


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


def test_runs_that_were_taken_back_are_told_from_runs_that_are_lost(store: Store, csv_of: Csv) -> None:
    upload = store.imports.add(csv_of({"repeat": 1}, {"repeat": 2}), "runs.csv")
    run_ids = list(store.runs.load()["run_id"])
    draft = ModelDraft("a", "c", "5", {}, {}, 0, {}, [*run_ids, "lost"], "d", "f", {})
    store.registry.register(draft, b"model")
    store.uploads.undo(upload.upload_id, force=True)
    assert store.verify() == (
        1,
        [
            "a@c/5 v1: 3 of the 3 runs that it was trained on are no longer in the store "
            "(2 were taken back with their upload; fit the model again)"
        ],
    )


def test_an_artefact_that_cannot_be_read_is_a_problem_and_no_crash(store: Store) -> None:
    store.registry.register(ModelDraft("a", "c", "5", {}, {}, 0, {}, [], "d", "f", {}), b"model")
    digest = store.registry.get("a@c/5").artefact_sha256
    file = store.home.artifacts / digest[:2] / digest
    file.unlink()
    file.mkdir()
    assert store.verify() == (1, [f"a@c/5 v1: {file} cannot be read: Is a directory"])
