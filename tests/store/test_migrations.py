"""Steps are numbered, applied once, as a whole, and never backwards."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from store.database import Database
from store.errors import NewerStoreError
from store.migrations import MIGRATIONS, Migration, migrate

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


def test_a_newer_database_is_refused_and_left_alone(database: Database) -> None:
    migrate(database, (FIRST, SECOND))
    with pytest.raises(NewerStoreError, match=r"newer Sparkcast \(schema 2, this one knows 1\); update"):
        migrate(database, (FIRST,))
    assert rows(database, "SELECT * FROM a") == [(1, 2)]
