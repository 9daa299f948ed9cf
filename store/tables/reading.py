"""A table of any kind, open: rows of text in a sandbox that sees nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb

from store.checking.sandbox import Connection, sandbox
from store.errors import UnreadableFileError
from store.tables import csv_files, excel_files, json_files, parquet_files, text
from store.tables.files import File
from store.tables.kinds import Kind, kind_of
from store.tables.limits import LIMITS, Limits
from store.tables.table import Table


@dataclass(frozen=True)
class OpenTable:
    """A table that can be asked as long as its sandbox is open.

    Parameters
    ----------
    connection : Connection
        The sandbox.
    file : File
        As its reader wants it.
    kind : str
        CSV, Parquet, JSON or Excel.
    table : Table
        What its reader made of it.
    """

    connection: Connection
    file: File
    kind: Kind
    table: Table


@contextmanager
def open_table(file: File, limits: Limits = LIMITS) -> Iterator[OpenTable]:
    """Find out what kind of table a file is, and let its reader look at it.

    Raises
    ------
    UnreadableFileError
        If it is no table that can be read.
    """
    kind = kind_of(file)
    file = _NORMALISE[kind](file, limits)
    with sandbox(file.path, limits.memory, file.folder) as connection:
        with said_of(file, kind):
            table = _READERS[kind](connection, file, limits)
        yield OpenTable(connection, file, kind, table)


_NORMALISE: dict[Kind, Callable[[File, Limits], File]] = {
    "CSV": lambda file, _: text.normalised(file),
    "JSON": json_files.normalised,
    "Parquet": lambda file, _: file,
    "Excel": lambda file, _: file,
}
_READERS: dict[Kind, Callable[[Connection, File, Limits], Table]] = {
    "CSV": csv_files.read,
    "JSON": json_files.read,
    "Parquet": parquet_files.read,
    "Excel": excel_files.read,
}


@contextmanager
def said_of(file: File, kind: Kind) -> Iterator[None]:
    """Say what DuckDB could not do with a file."""
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise UnreadableFileError(f"{file.name} needs more memory than allowed; split it into several files") from error
    except duckdb.Error as error:
        raise UnreadableFileError(f"{file.name} is a damaged {kind} file: {str(error).splitlines()[0]}") from error
