"""The contract is spelled out once: the tables, the document and the template follow it."""

from __future__ import annotations

from pathlib import Path

import pytest

from store import Store, document, runlog
from store.database.database import Database

ROOT = Path(__file__).parents[2]
SQL = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "float": "DOUBLE",
    "boolean": "BOOLEAN",
    "timestamp": "TIMESTAMP",
    "json": "JSON",
}
OURS = {"upload_id", "stored_at"}


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("runs", runlog.COLUMNS),
        ("tasks", runlog.TASK_COLUMNS),
        ("executors", runlog.EXECUTOR_COLUMNS),
    ],
)
def test_migrated_tables_have_the_columns_of_the_contract(
    store: Store, table: str, columns: tuple[runlog.Column, ...]
) -> None:
    with Database(store.home.database).transaction() as connection:
        rows = connection.execute(
            "SELECT column_name, data_type, is_nullable FROM duckdb_columns() "
            "WHERE table_name = ? ORDER BY column_index",
            [table],
        ).fetchall()
    found = [(name, kind, not optional) for name, kind, optional in rows if name not in OURS]
    kinds = {"run_id": "UUID"}  # text to the world, a short key inside
    expected = [(column.name, kinds.get(column.name, SQL[column.type]), column.required) for column in columns]
    # A primary key is not null without saying so.
    assert found == expected


def test_the_document_is_what_the_contract_generates() -> None:
    text = (ROOT / "docs" / "run-log-format.md").read_text(encoding="utf-8")
    assert text == document.markdown(), "run: python -m store format > docs/run-log-format.md"


def test_every_column_says_what_it_means() -> None:
    for column in runlog.COLUMNS:
        assert column.description.endswith("."), column.name
        assert f"| `{column.name}` |" in document.markdown()


def test_numbers_have_bounds() -> None:
    for column in runlog.COLUMNS:
        if column.type in ("integer", "float"):
            assert column.minimum is not None, column.name
            assert column.maximum is not None, column.name
            assert column.maximum < 2**53, "read through float64 without loss"


def test_the_template_is_a_valid_upload(store: Store) -> None:
    imported = store.imports.add(runlog.template().encode(), "template.csv")
    assert (imported.added, imported.notes) == (1, ())
    loaded = store.runs.load().iloc[0]
    assert loaded["settings"] == {"gc": "ParallelGC"}
    assert loaded["origin"] == "uploaded"
