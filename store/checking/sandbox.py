"""A DuckDB of its own, in memory, for what somebody uploads: it can read one file and nothing else."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

Connection = duckdb.DuckDBPyConnection
MOST_SPILLED = "8GB"  # a small Parquet file may stand for any amount of text
_kept = threading.local()


@contextmanager
def sandbox(path: Path | None = None, memory: str = "2GB", spill: Path | None = None) -> Iterator[Connection]:
    """Open a database in memory, and close it.

    Parameters
    ----------
    path : Path or None
        The only file that SQL can read.
    memory : str
        What it may use.
    spill : Path or None
        Folder for what does not fit; None when nothing may be written.
    """
    connection = duckdb.connect()
    try:
        _lock_down(connection, path, memory, spill)
        yield connection
    finally:
        connection.close()


@contextmanager
def kept_sandbox() -> Iterator[Connection]:
    """Use a database in memory that this thread keeps, as making one takes longer than a few rows do.

    It can read no file. What is made in it goes.
    """
    connection: Connection | None = getattr(_kept, "connection", None)
    if connection is None:
        connection = duckdb.connect()
        _lock_down(connection, None, "2GB", None)
        _kept.connection = connection
    try:
        yield connection
    finally:
        for kind in ("view", "table"):
            made = connection.execute(f"SELECT {kind}_name FROM duckdb_{kind}s() WHERE NOT internal")  # noqa: S608
            for (name,) in made.fetchall():
                connection.execute(f"DROP {kind} {name}")


def _lock_down(connection: Connection, path: Path | None, memory: str, spill: Path | None) -> None:
    connection.execute("SET memory_limit = ?", [memory])
    connection.execute("SET temp_directory = ?", [str(spill or "")])
    connection.execute("SET max_temp_directory_size = ?", [MOST_SPILLED])
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET arrow_lossless_conversion = true")  # a UUID stays one
    connection.execute("SET python_enable_replacements = false")
    connection.execute("SET autoinstall_known_extensions = false")
    connection.execute("SET allowed_paths = ?", [[str(path)] if path else []])
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
