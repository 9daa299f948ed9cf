"""A DuckDB of its own, in memory, for what somebody uploads: it can read one file and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

Connection = duckdb.DuckDBPyConnection


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
        connection.execute("SET memory_limit = ?", [memory])
        connection.execute("SET temp_directory = ?", [str(spill or "")])
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET arrow_lossless_conversion = true")  # a UUID stays one
        connection.execute("SET python_enable_replacements = false")
        connection.execute("SET autoinstall_known_extensions = false")
        connection.execute("SET allowed_paths = ?", [[str(path)] if path else []])
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        yield connection
    finally:
        connection.close()
