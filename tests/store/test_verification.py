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


def trained(store: Store, scenario: str, *others: str) -> None:
    """Register a model of all runs, and of others that the store never had."""
    run_ids = [*store.runs.load()["run_id"], *others]
    rows = store.registry.rows_hash(run_ids, None)
    store.registry.register(ModelDraft("resnet50", "lab", scenario, {}, {}, 0, {}, run_ids, rows, "f", {}), b"model")


def test_runs_that_were_taken_back_are_told_from_runs_that_are_lost(store: Store, csv_of: Csv) -> None:
    upload = store.imports.add(csv_of({"repeat": 1}, {"repeat": 2}), "runs.csv")
    trained(store, "4-2")
    trained(store, "5", "lost")
    store.uploads.undo(upload.upload_id, force=True)
    assert store.verify() == (
        2,
        [
            "resnet50@lab/4-2 v1: 2 of the 2 runs that it was trained on were taken back with their upload; "
            "fit the model again",
            "resnet50@lab/5 v1: 3 of the 3 runs that it was trained on are no longer in the store "
            "(2 were taken back with their upload; fit the model again)",
        ],
    )
    store.imports.add(csv_of({"repeat": 1}, {"repeat": 2}), "runs.csv")
    assert store.verify() == (
        2,
        ["resnet50@lab/5 v1: 1 of the 3 runs that it was trained on are no longer in the store"],
    )


@pytest.mark.parametrize(
    "change", ["completion_time_s = 1", 'settings = \'{"memory_regime": "heap"}\'', "status = 'oom'"]
)
def test_a_run_that_was_changed_is_found_behind_the_versions_that_learned_from_it(
    store: Store, csv_of: Csv, change: str
) -> None:
    store.imports.add(csv_of({"repeat": 1}), "one.csv")
    [unchanged] = store.runs.load()["run_id"]
    trained(store, "4-2")
    store.imports.add(csv_of({"repeat": 2}), "two.csv")
    trained(store, "5")
    assert store.verify() == (2, [])
    update = f"UPDATE runs SET {change} WHERE run_id <> ?"
    Database(store.home.database).write(lambda connection: connection.execute(update, [unchanged]))
    said = "resnet50@lab/5 v1: runs that it was trained on were changed since; their SHA-256 is another"
    assert store.verify() == (2, [said])


def test_an_artefact_that_cannot_be_read_is_a_problem_and_no_crash(store: Store) -> None:
    store.registry.register(ModelDraft("a", "c", "5", {}, {}, 0, {}, [], "d", "f", {}), b"model")
    digest = store.registry.get("a@c/5").artefact_sha256
    file = store.home.artifacts / digest[:2] / digest
    file.unlink()
    file.mkdir()
    assert store.verify() == (1, [f"a@c/5 v1: {file} cannot be read: Is a directory"])
