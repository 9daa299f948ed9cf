"""Parquet files, read by DuckDB."""

from __future__ import annotations

from store.checking.sandbox import Connection
from store.tables.files import File
from store.tables.limits import LIMITS, Limits
from store.tables.table import Table

_NESTED = ("STRUCT", "MAP", "UNION")


def read(connection: Connection, file: File, limits: Limits = LIMITS) -> Table:
    """Look at a Parquet file.

    Raises
    ------
    UnreadableFileError
        If it has more rows or columns than allowed.
    """
    path = {"path": str(file.path)}
    [(rows,)] = connection.execute("SELECT sum(num_rows) FROM parquet_file_metadata($path)", path).fetchall()
    limits.check_rows(file.name, rows)
    columns = connection.execute("DESCRIBE FROM read_parquet($path)", path).fetchall()
    limits.check_columns(file.name, len(columns))
    return Table(
        [name for name, *_ in columns],
        [_text(name, kind) for name, kind, *_ in columns],
        "read_parquet($path)",
        lambda rows: {row: row + 1 for row in rows},
        path,
        first_line=None,
        unit="row",
    )


def _text(name: str, kind: str) -> str:
    quoted = '"' + name.replace('"', '""') + '"'
    if kind.endswith("[]") or kind.startswith(_NESTED):
        return f"to_json({quoted})::VARCHAR"
    if kind in ("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ_NS"):  # the sandbox is in UTC
        return f"replace({quoted}::VARCHAR, '+00', 'Z')"
    return f"{quoted}::VARCHAR"
