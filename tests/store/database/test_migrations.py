"""Steps are numbered, applied once, as a whole, and never backwards."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from store import open_store
from store.database.database import Database
from store.database.migrations import MIGRATIONS, Migration, migrate
from store.errors import NewerStoreError

FIRST = Migration(1, "first", "CREATE TABLE a (x INTEGER);")
SECOND = Migration(2, "second", "ALTER TABLE a ADD COLUMN y INTEGER; INSERT INTO a VALUES (1, 2);")
BROKEN = Migration(2, "broken", "INSERT INTO a VALUES (5); SELECT * FROM nowhere;")


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "d.duckdb")


def rows(database: Database, sql: str) -> list[tuple[object, ...]]:
    with database.transaction() as connection:
        return connection.execute(sql).fetchall()


def test_numbers_have_no_gaps() -> None:
    assert [step.number for step in MIGRATIONS] == list(range(1, len(MIGRATIONS) + 1))


def test_each_step_is_applied_once_and_recorded(database: Database) -> None:
    assert migrate(database, (FIRST,)) == [1]
    assert migrate(database, (FIRST, SECOND)) == [2]
    assert migrate(database, (FIRST, SECOND)) == []
    assert rows(database, "SELECT * FROM a") == [(1, 2)]
    assert rows(database, "SELECT number, name FROM migrations ORDER BY number") == [
        (1, "first"),
        (2, "second"),
    ]


def test_a_step_that_fails_leaves_the_schema_as_it_was(database: Database) -> None:
    migrate(database, (FIRST,))
    with pytest.raises(duckdb.CatalogException):
        migrate(database, (FIRST, BROKEN))
    assert rows(database, "SELECT * FROM a") == []
    assert migrate(database, (FIRST, SECOND)) == [2]


def test_runs_of_an_earlier_schema_keep_everything(tmp_path: Path) -> None:
    """Schema 2 kept run_id as text and knew no undo."""
    home = tmp_path / "home"
    home.mkdir()
    old = Database(home / "sparkcast.duckdb")
    migrate(old, MIGRATIONS[:2])
    run_id, moment = "9c2f5c8e-3f0b-4e55-8e6f-6b0a3f0c1d2e", datetime(2026, 1, 31)
    run = [run_id, "a", "c", 1, 2, 2, 3.0, 50, 10.0, None, None, 9.5, "ok", None, None, None, None, None, "uploaded"]
    old.write(lambda c: c.execute(f"INSERT INTO runs VALUES ({'?, ' * 21}?)", [*run, '{"gc": "G1"}', "u1", moment]))
    old.write(lambda c: c.execute("INSERT INTO tasks (run_id, task_id) VALUES (?, 7)", [run_id]))
    old.write(lambda c: c.execute("INSERT INTO uploads VALUES ('u123', 'a.csv', 'sha', 1, 1, ?)", [moment]))
    store = open_store(home)
    [loaded] = store.runs.load().to_dict(orient="records")
    assert (loaded["run_id"], loaded["completion_time_s"], loaded["settings"]) == (run_id, 9.5, {"gc": "G1"})
    assert store.runs.tasks(run_id)["task_id"].tolist() == [7]
    assert store.uploads.load()["left_out"].tolist() == [0]


def test_a_newer_database_is_refused_and_left_alone(database: Database) -> None:
    migrate(database, (FIRST, SECOND))
    with pytest.raises(NewerStoreError, match=r"newer Sparkcast \(schema 2, this one knows 1\); update"):
        migrate(database, (FIRST,))
    assert rows(database, "SELECT * FROM a") == [(1, 2)]
