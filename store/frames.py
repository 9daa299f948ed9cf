"""Tables between Python, Arrow and DuckDB, with the types that the contract gives them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from store.runlog import Column

ARROW = {
    "text": pa.string(),
    "integer": pa.int64(),
    "float": pa.float64(),
    "boolean": pa.bool_(),
    "timestamp": pa.timestamp("us"),
    "json": pa.string(),
}


def to_json(value: Mapping[str, Any]) -> str:
    """Write an object as canonical JSON: sorted keys, no blanks.

    Raises
    ------
    ValueError
        If JSON cannot hold it: NaN, half of a surrogate pair, an object of some class.
    """
    try:
        text = json.dumps(
            value,
            sort_keys=True,
            separators=(",", ":"),
            allow_nan=False,
            ensure_ascii=False,
            default=_number,
        )
        text.encode()
    except (TypeError, RecursionError) as error:
        raise ValueError(str(error)) from error
    return text


def _number(value: Any) -> Any:
    """Give JSON a number of numpy's."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"JSON cannot hold a {type(value).__name__}")


def to_arrow(frame: pd.DataFrame, columns: Sequence[Column]) -> pa.Table:
    """Give a typed frame to Arrow, one array a column, missing values as null."""
    return pa.table({column.name: _array(frame[column.name], column) for column in columns})


def _array(series: pd.Series[Any], column: Column) -> pa.Array:
    if column.type == "json":
        series = series.map(to_json, na_action="ignore")
    if column.type == "timestamp":
        series = pd.to_datetime(series, utc=True).dt.tz_localize(None)
    return pa.Array.from_pandas(series, type=ARROW[column.type])


def from_records(records: Iterable[Mapping[str, Any]], columns: Sequence[Column]) -> pd.DataFrame:
    """Make a typed frame of dictionaries; what they leave out is missing."""
    names = [column.name for column in columns]
    return typed(pd.DataFrame.from_records(list(records), columns=names), columns)


def typed(frame: pd.DataFrame, columns: Sequence[Column]) -> pd.DataFrame:
    """Return the contract's dtypes: what scikit-learn and a reader expect.

    Text is object with None, an integer int64 (Int64 where it may be missing), a float float64
    with NaN, a boolean boolean, a timestamp datetime64[us, UTC], JSON a dict ({} when missing).
    """
    data = {column.name: _typed(frame[column.name], column) for column in columns}
    return pd.DataFrame(data, index=frame.index)


def _typed(series: pd.Series[Any], column: Column) -> pd.Series[Any]:
    if column.type == "integer":
        return series.astype("int64" if column.required else "Int64")
    if column.type == "float":
        return series.astype("float64")
    if column.type == "boolean":
        return series.astype("boolean")
    if column.type == "timestamp":
        return pd.to_datetime(series, utc=True).astype("datetime64[us, UTC]")
    if column.type == "json":
        return series.map(_from_json).astype(object)
    values = [None if pd.isna(value) else str(value) for value in series]
    return pd.Series(values, index=series.index, dtype=object)


def _from_json(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        value = json.loads(value)
    return dict(value) if isinstance(value, Mapping) else {}


def plain_records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return one dict a row that JSON can hold: missing values None, times ISO 8601."""
    return [{str(name): plain(value) for name, value in row.items()} for row in frame.to_dict(orient="records")]


def plain(value: Any) -> Any:
    """Return a cell of a typed frame as JSON can hold it."""
    if isinstance(value, dict | list):
        return value
    if isinstance(value, np.ndarray | tuple):
        return list(value)
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.isoformat().replace("+00:00", "Z")
    return value.item() if isinstance(value, np.generic) else value
