"""Frames of runs against the run-log contract."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa

from store.checking import headers
from store.checking.check import Check, Rows, Text
from store.checking.headers import Header
from store.checking.sandbox import kept_sandbox
from store.checking.texts import to_texts
from store.errors import Problem
from store.frames import typed
from store.runlog import BY_NAME, COLUMNS, NAMES


def validate(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[Problem]]:
    """Check a frame of runs against the run-log contract.

    Parameters
    ----------
    frame : DataFrame
        Run-log columns by their own names; cells are text (as from a CSV) or values of the right type. `origin`
        defaults to uploaded.

    Returns
    -------
    clean : DataFrame
        All run-log columns with the types of `frames.typed`, defaults filled in, row by row.
        Empty when there are problems.
    problems : list of Problem
        By row, counted from 1; the first thousand. Empty when the runs keep the contract.
    """
    known = [Header(str(name), str(name) if name in BY_NAME else None) for name in frame.columns]
    problems = headers.problems(known)
    texts, complaints = _texts(frame.loc[:, ~frame.columns.duplicated()])
    if complaints or not texts.column_names:
        return _nothing(), problems + complaints
    with kept_sandbox() as connection:
        connection.register("given", texts)
        check = Check(connection, Rows("given", {name: Text(name) for name in texts.column_names}), skip_blank=False)
        problems += check.problems(lambda rows: {row: row + 1 for row in rows})
        return (_nothing() if problems else typed(check.runs(len(frame)).to_pandas(), COLUMNS)), problems


def _texts(frame: pd.DataFrame) -> tuple[pa.Table, list[Problem]]:
    """Write the known columns of a frame as text."""
    columns: dict[str, pa.Array] = {}
    problems: list[Problem] = []
    for name in (name for name in NAMES if name in frame.columns):
        columns[name], complaints = to_texts(frame[name], BY_NAME[name])
        problems += [Problem(row + 1, name, text) for row, text in complaints.items()]
    return pa.table(columns), sorted(problems, key=lambda problem: problem.line or 0)


def _nothing() -> pd.DataFrame:
    return typed(pd.DataFrame(columns=list(NAMES)), COLUMNS)
