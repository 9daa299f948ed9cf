"""Configurations to be predicted, from a table that somebody wrote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from perfmodel.answers.prediction import ANSWER_COLUMNS, QUESTION_COLUMNS
from perfmodel.scenarios import FULL, RATE
from store.checking.cells import did_you_mean
from store.checking.headers import twice
from store.errors import InvalidRunsError, Problem, UnreadableFileError
from store.tables.contents import Contents, read_contents

_NEEDED = tuple(column for column in QUESTION_COLUMNS if column != RATE)
_TOTAL = "total_cores"
_OPTIONAL = (RATE, "images_per_partition", _TOTAL)
_COUNTING = (*_NEEDED, *_OPTIONAL)


class InvalidQuestionsError(InvalidRunsError):
    """Configurations that cannot be predicted."""

    consequence = "nothing was written"


@dataclass(frozen=True)
class Questions:
    """What a file asks.

    Attributes
    ----------
    cells : DataFrame
        All of its columns, as text.
    values : DataFrame
        `QUESTION_COLUMNS`, and ``images_per_partition`` and ``total_cores`` where the file has them (NaN where a cell
        is empty), as floats. An empty sampling rate means the whole data set, empty total cores even executors.
    lines : list of int or None
        Line of the file for each row.
    unit : str
        What lines count: "line" or "row".
    """

    cells: pd.DataFrame
    values: pd.DataFrame
    lines: list[int | None]
    unit: str


def read_questions(path: Path) -> Questions:
    """Read a table with a configuration a row; other columns than those that count are the user's own.

    Raises
    ------
    UnreadableFileError
        If it is no table of configurations at all.
    InvalidQuestionsError
        With every problem, each with line and column.
    """
    found = read_contents(path)
    problems = [*found.broken, *_header_problems(found)]
    values: dict[str, pd.Series[float]] = {}
    for place, header in enumerate(found.headers):
        if header.column in _COUNTING and header.column not in values:
            numbers, complaints = found.numbers(place)
            if header.column in _NEEDED:
                empty = numbers.index[numbers.isna()].difference(list(complaints))
                complaints |= dict.fromkeys(empty, "is empty; every configuration needs it")
            problems += [Problem(found.lines[row], header.name, text) for row, text in complaints.items()]
            values[header.column] = numbers
    problems += _uneven_problems(pd.DataFrame(values), found.lines)
    if problems:
        raise InvalidQuestionsError(
            sorted(problems, key=lambda problem: problem.line or 0), path.name, found.table.unit
        )
    if found.cells.empty:
        raise UnreadableFileError(f"{path.name} has column names but no configurations")
    rates = values.get(RATE, pd.Series(FULL, index=found.cells.index))
    return Questions(found.cells, pd.DataFrame(values | {RATE: rates.fillna(FULL)}), found.lines, found.table.unit)


def _uneven_problems(values: pd.DataFrame, lines: Sequence[int | None]) -> Iterator[Problem]:
    """Executors are of ``executor_cores`` or fewer, and at least one has them all."""
    if {"num_executors", "executor_cores", _TOTAL} <= set(values):
        executors, cores, total = values["num_executors"], values["executor_cores"], values[_TOTAL]
        for row in values.index[(total < executors + cores - 1) | (total > executors * cores)]:
            yield Problem(lines[row], _TOTAL, "does not fit num_executors and executor_cores, those of the largest one")


def _header_problems(found: Contents) -> Iterator[Problem]:
    known = {header.column for header in found.headers}
    for name in _NEEDED:
        if name not in known:
            yield Problem(found.table.first_line, name, "is missing; every configuration needs it")
    for name, text in twice([header for header in found.headers if header.column in _COUNTING]):
        yield Problem(found.table.first_line, name, text)
    lacking = tuple(name for name in _COUNTING if name not in known)
    for header in found.headers:
        if header.name in ANSWER_COLUMNS:
            text = "is a column that the predictions will have; rename or remove it"
            yield Problem(found.table.first_line, header.name, text)
        elif header.column is None and (meant := did_you_mean(header.name, lacking)):
            yield Problem(found.table.first_line, header.name, f"looks like a column that counts, and is none{meant}")
