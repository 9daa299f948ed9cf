"""A frame of cells in, a clean typed frame and everything that is wrong with it out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from store import identity
from store.cells import did_you_mean, read, within
from store.errors import Problem
from store.frames import typed
from store.runlog import BY_NAME, COLUMNS, NAMES


def validate(
    frame: pd.DataFrame, lines: Sequence[int] | None = None, origin: str | None = None
) -> tuple[pd.DataFrame, list[Problem]]:
    """Check runs against the run-log contract.

    Parameters
    ----------
    frame : DataFrame
        Run-log columns; cells are text (as from a CSV) or values of the right type.
    lines : sequence of int or None
        Line of the file for each row; rows are counted from 1 when None.
    origin : str or None
        The origin of all rows. When None the frame's own column counts, `uploaded` where it is
        missing.

    Returns
    -------
    clean : DataFrame
        All run-log columns with the types of `frames.typed`, defaults filled in, row by row.
        Empty when there are problems.
    problems : list of Problem
        All of them, by line. Empty when the runs keep the contract.
    """
    check = _Check(frame, lines)
    check.headers(first_line=None if lines is None else 1)
    check.columns(origin)
    check.fill_in()
    check.together()
    if check.problems:
        return _nothing(), sorted(check.problems, key=lambda problem: problem.line or 0)
    clean = typed(pd.DataFrame(check.clean), COLUMNS)
    clean["run_id"] = identity.fill(clean)
    check.same_ids(clean)
    return (_nothing() if check.problems else clean), check.problems


def _nothing() -> pd.DataFrame:
    return typed(pd.DataFrame(columns=list(NAMES)), COLUMNS)


class _Check:
    """The runs under examination: clean columns, and problems so far."""

    def __init__(self, frame: pd.DataFrame, lines: Sequence[int] | None) -> None:
        self.frame = frame.reset_index(drop=True)
        self.lines = np.arange(1, len(frame) + 1) if lines is None else np.asarray(lines)
        self.clean: dict[str, pd.Series[Any]] = {}
        self.wrong: dict[str, pd.Series[Any]] = {}
        self.problems: list[Problem] = []

    def report(self, column: str, rows: pd.Series[Any], message: str) -> None:
        """Add one problem for each row where `rows` is true."""
        for row in np.flatnonzero(rows.to_numpy(dtype=bool)):
            self.problems.append(Problem(int(self.lines[row]), column, message))

    def headers(self, first_line: int | None) -> None:
        """Look for columns that are unknown, there twice or missing."""
        names = [str(name) for name in self.frame.columns]
        twice = sorted({name for name in names if names.count(name) > 1})
        unknown = [name for name in dict.fromkeys(names) if name not in NAMES]
        found = [(name, "is there more than once; keep one") for name in twice]
        found += [(name, f"is no column of a run log{did_you_mean(name, NAMES)}") for name in unknown]
        found += [(name, f"is missing; {why}") for name, why in self._missing(set(names))]
        self.problems += [Problem(first_line, name, text) for name, text in found]
        self.frame = self.frame.loc[:, ~self.frame.columns.duplicated()]

    def _missing(self, names: set[str]) -> list[tuple[str, str]]:
        needed = "every run needs it"
        missing = [(c.name, needed) for c in COLUMNS if c.needed == "yes" and c.name not in names]
        if "sampling_rate_pct" not in names and not {"input_images", "dataset_images"} <= names:
            missing.append(("sampling_rate_pct", "give it, or both input_images and dataset_images"))
        if not {"completion_time_s", "status"} & names:
            missing.append(("completion_time_s", "every run whose status is ok needs it"))
        return missing

    def columns(self, origin: str | None) -> None:
        """Read each column by itself."""
        size = len(self.frame)
        for column in COLUMNS:
            cells = pd.Series([None] * size, dtype=object)
            if column.name == "origin" and origin is not None:
                cells = pd.Series([origin] * size, dtype=object)
            elif column.name in self.frame:
                cells = self.frame[column.name]
            found = read(cells, column)
            self.clean[column.name] = found.values
            self.wrong[column.name] = pd.Series(False, index=range(size))
            self.wrong[column.name].loc[list(found.complaints)] = True
            self.problems += [
                Problem(int(self.lines[row]), column.name, text) for row, text in found.complaints.items()
            ]
            if column.needed == "yes" and column.name in self.frame:
                self.report(column.name, self._absent(column.name), "is empty; every run needs it")

    def _absent(self, name: str) -> pd.Series[Any]:
        """Rows whose cell is empty, as opposed to wrong."""
        return self.clean[name].isna() & ~self.wrong[name]

    def fill_in(self) -> None:
        """Give the optional columns their defaults."""
        runs = self.clean
        runs["status"] = runs["status"].fillna("ok")
        runs["origin"] = runs["origin"].fillna("uploaded")
        cores = runs["num_executors"] * runs["executor_cores"]
        runs["total_cores"] = runs["total_cores"].fillna(cores)
        rate = 100.0 * runs["input_images"] / runs["dataset_images"]
        images = (runs["sampling_rate_pct"] * runs["dataset_images"] / 100.0).round().clip(lower=1)
        runs["sampling_rate_pct"] = runs["sampling_rate_pct"].fillna(rate)
        runs["input_images"] = runs["input_images"].fillna(images)

    def together(self) -> None:
        """Check what the columns say about each other."""
        self._rates()
        self._outcomes()
        runs = self.clean
        executors, cores, total = (runs[n] for n in ("num_executors", "executor_cores", "total_cores"))
        impossible = (total < executors + cores - 1) | (total > executors * cores)
        self.report(
            "total_cores",
            impossible & ~self.wrong["total_cores"],
            "does not fit num_executors and executor_cores, the cores of the largest executor; "
            "leave it out when all executors have the same",
        )

    def _rates(self) -> None:
        runs = self.clean
        if "sampling_rate_pct" in self.frame or {"input_images", "dataset_images"} <= set(self.frame):
            doubt = self.wrong["input_images"] | self.wrong["dataset_images"]
            self.report(
                "sampling_rate_pct",
                self._absent("sampling_rate_pct") & ~doubt,
                "is empty; give it, or both input_images and dataset_images",
            )
        for name in ("sampling_rate_pct", "input_images"):
            outside = runs[name].notna() & ~within(runs[name], BY_NAME[name])
            self.report(name, outside, f"follows from the others and is outside {BY_NAME[name].range}")
        expected = runs["sampling_rate_pct"] * runs["dataset_images"] / 100.0
        distance = (runs["input_images"] - expected).abs()
        self.report(
            "sampling_rate_pct",
            (distance > 10) & (distance > 0.2 * expected),
            "does not fit input_images and dataset_images; it is in percent, so 10 is a tenth",
        )

    def _outcomes(self) -> None:
        runs = self.clean
        known = ~self.wrong["status"]
        ok = (runs["status"] == "ok") & known
        if {"completion_time_s", "status"} & set(self.frame):
            self.report(
                "completion_time_s",
                ok & self._absent("completion_time_s"),
                "is empty; a run whose status is ok needs it, in seconds",
            )
        self.report(
            "completion_time_s",
            ~ok & known & runs["completion_time_s"].notna(),
            "must be empty unless the status is ok: a run that failed has no completion time",
        )
        self.report("failure_kind", ok & runs["failure_kind"].notna(), "must be empty when the status is ok")

    def same_ids(self, clean: pd.DataFrame) -> None:
        """Refuse one run_id for rows that differ; equal rows are one run."""
        shared = clean[clean["run_id"].duplicated(keep=False)]
        contents = pd.Series(identity.content_ids(shared), index=shared.index, dtype=object)
        differ = contents.groupby(shared["run_id"]).transform("nunique") > 1
        rows = differ.reindex(clean.index, fill_value=False)
        self.report("run_id", rows, "is the same as in another row with other values")
