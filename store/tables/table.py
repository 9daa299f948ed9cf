"""What a reader makes of a file: rows of text, as SQL in a sandbox sees them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from store.errors import Problem

Lines = Callable[[Sequence[int]], Mapping[int, int]]


@dataclass(frozen=True)
class Table:
    """A file that is ready to be read.

    Parameters
    ----------
    headers : sequence of str
        The names of its columns.
    texts : sequence of str
        SQL for the text of each column's cells.
    sql : str
        What stands after FROM; its rows come in the order of the file.
    lines : callable
        Gives the lines of rows (counted from 0 in the order of the file) that a message is about.
    parameters : mapping
        Values of $names in the SQL above.
    first_line : int or None
        Line of the headers, where there is one.
    unit : str
        What lines count: "line" or "row".
    decimal_comma : bool
        Numbers have a comma where others have a point.
    broken : callable
        What could not be read as rows at all, once the rows were read.
    notes : tuple of str
        What the user should know.
    """

    headers: Sequence[str]
    texts: Sequence[str]
    sql: str
    lines: Lines
    parameters: Mapping[str, Any] = field(default_factory=dict)
    first_line: int | None = 1
    unit: str = "line"
    decimal_comma: bool = False
    broken: Callable[[], list[Problem]] = list
    notes: tuple[str, ...] = ()
