"""Measurements that are no runs, by kind, name and number: a profile of layers, a trial of a search."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from store.database.database import Connection, Database, utc_now
from store.names import check_name, json_text

_PUT = "INSERT INTO measurements VALUES ($kind, $name, $number, $content, $now) ON CONFLICT DO NOTHING"
_DELETE = "DELETE FROM measurements WHERE kind = ? AND name = ?"
_NEXT = "SELECT coalesce(max(number), 0) + 1 FROM measurements WHERE kind = ? AND name = ?"
_LOAD = """
SELECT name, number, content, measured_at FROM measurements
WHERE kind = $kind AND ($name IS NULL OR name = $name) ORDER BY name, number
"""


class Measurements:
    """The measurements in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, kind: str, name: str, content: Mapping[str, Any]) -> int:
        """Store a measurement (anything that JSON can hold) under the next number; return that."""
        values = _values(kind, name, content)

        def work(connection: Connection) -> int:
            [number] = connection.execute(_NEXT, [kind, name]).fetchone() or (1,)
            connection.execute(_PUT, values | {"number": number})
            return int(number)

        return self._database.write(work)

    def put(self, kind: str, name: str, contents: Mapping[int, Mapping[str, Any]]) -> None:
        """Store measurements under numbers of their own; one that is there already stays as it is."""
        self._put(kind, name, contents, anew=False)

    def replace(self, kind: str, name: str, contents: Mapping[int, Mapping[str, Any]]) -> None:
        """Store measurements under numbers of their own, in place of all that were there under the name."""
        self._put(kind, name, contents, anew=True)

    def _put(self, kind: str, name: str, contents: Mapping[int, Mapping[str, Any]], *, anew: bool) -> None:
        rows = [_values(kind, name, content) | {"number": number} for number, content in contents.items()]

        def work(connection: Connection) -> None:
            if anew:
                connection.execute(_DELETE, [kind, name])
            for row in rows:
                connection.execute(_PUT, row)

        self._database.write(work)

    def load(self, kind: str, name: str | None = None) -> pd.DataFrame:
        """Return one row a measurement, by name and number: content (a dict), measured_at (UTC)."""
        with self._database.transaction() as connection:
            frame = connection.execute(_LOAD, {"kind": kind, "name": name}).df()
        return frame.assign(
            content=frame["content"].map(json.loads),
            measured_at=frame["measured_at"].dt.tz_localize("UTC"),
        )


def _values(kind: str, name: str, content: Mapping[str, Any]) -> dict[str, Any]:
    check_name(kind, name)
    return {"kind": kind, "name": name, "content": json_text(f"{kind} {name}", content), "now": utc_now()}
