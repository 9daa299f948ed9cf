"""What can go wrong in the store, said so that a user can act on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from store.printable import printable

SHOWN = 20


class SparkcastError(Exception):
    """Root of every error that Sparkcast raises on purpose.

    Attributes
    ----------
    exit_status : int
        What a command returns: 2 for wrong input or arguments, 1 for anything else.
    """

    exit_status = 2


class StoreError(SparkcastError):
    """The store refuses what it was asked to do."""


class StoreUnusableError(StoreError):
    """The database or its folder cannot be used as it is."""

    exit_status = 1


class StoreLockedError(StoreUnusableError):
    """Another process holds the database; the message names it."""


class NewerStoreError(StoreUnusableError):
    """A newer Sparkcast, or a newer DuckDB, wrote this database."""


class DamagedStoreError(StoreUnusableError):
    """The database file is not what was written; the message says how to go back to the last good state."""


class ConflictError(StoreUnusableError):
    """Writers kept colliding until the time for retries was over."""


class UploadInUseError(StoreError):
    """An upload whose runs models were trained on.

    Attributes
    ----------
    models : tuple of str
        All of them, as in ``resnet50@lab/4-2 v3``; the message names the first.
    """

    def __init__(self, message: str, models: Sequence[str]) -> None:
        super().__init__(message)
        self.models = tuple(models)


class UnknownModelError(StoreError):
    """No such model, version or alias."""


class ArtefactError(StoreUnusableError):
    """A model's artefact is missing, or is not what was registered."""


class UnreadableFileError(StoreError):
    """A file that is no run log at all."""


class EventLogError(UnreadableFileError):
    """A file that is no readable Spark event log, or one that no run can be made of."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a run log.

    Parameters
    ----------
    line : int or None
        Line of the file, counted from 1; for a data frame its row, counted from 1. None when
        the whole file is meant.
    column : str or None
        The column by its name, None when the whole line is meant.
    message : str
        What is wrong and what to write instead.
    """

    line: int | None
    column: str | None
    message: str

    def describe(self, unit: str = "line") -> str:
        """Return one line of text; `unit` is what `line` counts."""
        places = [f"{unit} {self.line}" if self.line is not None else ""]
        places.append(f"column {printable(self.column)}" if self.column is not None else "")
        where = ", ".join(place for place in places if place)
        return f"{where}: {self.message}" if where else self.message


class InvalidRunsError(StoreError):
    """Runs that break the run-log contract. Nothing of them was stored.

    Parameters
    ----------
    problems : sequence of Problem
        The first of them, in the order of the lines.
    source : str or None
        Name of the file; None for a data frame.
    unit : str or None
        What their lines count; when None "line" for a file, "row" for a data frame.
    count : int or None
        How many there are in all, when there are more.
    good : int
        Rows that have none.
    """

    consequence = "nothing was stored"

    def __init__(
        self,
        problems: Sequence[Problem],
        source: str | None = None,
        unit: str | None = None,
        count: int | None = None,
        good: int = 0,
    ) -> None:
        self.problems = tuple(problems)
        self.source = source
        self.unit = unit or ("line" if source else "row")
        self.count = len(self.problems) if count is None else count
        self.good = good
        super().__init__(self._text())

    def _text(self) -> str:
        source = self.source or "runs"
        lines = [problem.describe(self.unit) for problem in self.problems[:SHOWN]]
        if self.count == 1:
            return f"{source}: {lines[0]} ({self.consequence})"
        if self.count > len(lines):
            lines.append(f"... and {self.count - len(lines):,} more")
        head = f"{source}: {self.count:,} problems, {self.consequence}"
        return "\n  ".join([head, *lines])
