"""A run's name: a UUID made from its content, so that the same row twice is one run."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pandas as pd

from store.frames import to_json
from store.runlog import COLUMNS, Column

NAMESPACE = uuid.UUID("6f6d1f0e-3b0c-5f3a-9d55-6a7f0b1c2d3e")
CONTENT = tuple(column for column in COLUMNS if column.name not in ("run_id", "origin"))


def content_ids(runs: pd.DataFrame) -> list[str]:
    """Return one UUID (version 5) a row, from all columns but run_id and origin.

    Missing values are left out, so that a column added later changes no identity. `runs` has the
    types of `frames.typed`.
    """
    columns = [_canonical(runs[column.name], column) for column in CONTENT]
    names = [column.name for column in CONTENT]
    return [
        str(uuid.uuid5(NAMESPACE, json.dumps([p for p in zip(names, row, strict=True) if p[1]])))
        for row in zip(*columns, strict=True)
    ]


def fill(runs: pd.DataFrame) -> pd.Series[Any]:
    """Return the run_id column with the missing ones made from the content."""
    ids = runs["run_id"].copy()
    missing = ids.isna()
    if missing.any():
        ids[missing] = content_ids(runs[missing])
    return ids


def _canonical(series: pd.Series[Any], column: Column) -> list[str]:
    """Write values so that equal ones look equal: 10, 10.0 and 1e1 are one number."""
    if column.type == "float":
        return ["" if value != value else format(value, ".12g") for value in series.tolist()]
    if column.type == "timestamp":
        return ["" if pd.isna(value) else value.isoformat() for value in series]
    if column.type == "json":
        return [to_json(value) if value else "" for value in series]
    return ["" if value is None or value is pd.NA else str(value) for value in series.tolist()]
