"""Configurations to be predicted, from a CSV file that somebody wrote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from perfmodel.prediction import ANSWER_COLUMNS, QUESTION_COLUMNS
from perfmodel.scenarios import FULL, RATE
from store.cells import did_you_mean, read
from store.errors import InvalidRunsError, Problem
from store.reading import read_csv
from store.runlog import BY_NAME

_NEEDED = tuple(column for column in QUESTION_COLUMNS if column != RATE)
_TOTAL = "total_cores"
_OPTIONAL = (RATE, "images_per_partition", _TOTAL)


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
    lines : list of int
        Line of the file for each row.
    """

    cells: pd.DataFrame
    values: pd.DataFrame
    lines: list[int]


def read_questions(content: bytes, name: str) -> Questions:
    """Read a CSV file with a configuration a row; other columns than those that count are the user's own.

    Raises
    ------
    UnreadableFileError
        If it is no CSV file of configurations at all.
    InvalidQuestionsError
        With every problem, each with line and column.
    """
    found = read_csv(content, name, rows="configurations")
    cells = found.frame()
    problems = [*found.problems, *_header_problems(found.header)]
    values: dict[str, pd.Series[float]] = {}
    for column in (*_NEEDED, *_OPTIONAL):
        if found.header.count(column) == 1:
            one = read(cells[column], BY_NAME[column])
            complaints = dict(one.complaints)
            if column in _NEEDED:
                empty = one.values.index[one.values.isna()].difference(list(complaints))
                complaints |= dict.fromkeys(empty, "is empty; every configuration needs it")
            problems += [Problem(found.lines[row], column, text) for row, text in complaints.items()]
            values[column] = one.values.astype("float64")
    problems += _uneven_problems(pd.DataFrame(values), found.lines)
    if problems:
        raise InvalidQuestionsError(sorted(problems, key=lambda problem: problem.line or 0), name)
    rates = values.get(RATE, pd.Series(FULL, index=cells.index))
    return Questions(cells, pd.DataFrame(values | {RATE: rates.fillna(FULL)}), found.lines)


def _uneven_problems(values: pd.DataFrame, lines: Sequence[int]) -> Iterator[Problem]:
    """Executors are of ``executor_cores`` or fewer, and at least one has them all."""
    if {"num_executors", "executor_cores", _TOTAL} <= set(values):
        executors, cores, total = values["num_executors"], values["executor_cores"], values[_TOTAL]
        for row in values.index[(total < executors + cores - 1) | (total > executors * cores)]:
            yield Problem(lines[row], _TOTAL, "does not fit num_executors and executor_cores, those of the largest one")


def _header_problems(header: Sequence[str]) -> Iterator[Problem]:
    for name in _NEEDED:
        if name not in header:
            yield Problem(1, name, "is missing; every configuration needs it")
    for name in dict.fromkeys(header):
        if header.count(name) > 1 and name in (*_NEEDED, *_OPTIONAL):
            yield Problem(1, name, "is there more than once; keep one")
        if name in ANSWER_COLUMNS:
            yield Problem(1, name, "is a column that the predictions will have; rename or remove it")
        meant = did_you_mean(name, tuple(known for known in (*_NEEDED, *_OPTIONAL) if known not in header))
        if meant and name not in BY_NAME:
            yield Problem(1, name, f"looks like a column that counts, and is none{meant}")
