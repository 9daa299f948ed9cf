"""How much of an upload is taken in."""

from __future__ import annotations

from dataclasses import dataclass

from store.errors import UnreadableFileError


@dataclass(frozen=True)
class Limits:
    """Bounds of one uploaded table; a message that names one says what to do.

    Parameters
    ----------
    file_bytes : int
        The file.
    unpacked_bytes : int
        What a compressed file (an Excel workbook) may unpack to.
    rows, columns : int
        Of the table.
    line_bytes : int
        One line of text, so one row of a CSV file.
    memory : str
        What DuckDB may use for the validation; beyond it the disk is used.
    """

    file_bytes: int = 1 << 30
    unpacked_bytes: int = 1 << 28
    rows: int = 2_000_000
    columns: int = 500
    line_bytes: int = 1_000_000
    memory: str = "2GB"

    def check_rows(self, name: str, rows: int) -> None:
        """Refuse a file with too many rows."""
        if rows > self.rows:
            raise UnreadableFileError(
                f"{name} has {rows:,} rows or more, at most {self.rows:,} are taken; split it into several files"
            )

    def check_columns(self, name: str, columns: int) -> None:
        """Refuse a file with too many columns."""
        if columns > self.columns:
            raise UnreadableFileError(
                f"{name} has {columns:,} columns or more, at most {self.columns:,} are taken; leave out the others"
            )


LIMITS = Limits()
