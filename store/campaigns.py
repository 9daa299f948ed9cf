"""The campaigns: planned sets of runs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from store.database.database import Database, utc_now
from store.names import check_name, json_text

_PUT = """
INSERT INTO campaigns VALUES ($name, $plan, $now, $now)
ON CONFLICT DO UPDATE SET plan = excluded.plan, changed_at = excluded.changed_at
"""


class Campaigns:
    """The campaigns in the database, one a name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, name: str, plan: Mapping[str, Any]) -> None:
        """Store a plan (anything that JSON can hold), in place of the one of that name."""
        check_name("campaign", name)
        values = {"name": name, "plan": json_text(f"campaign {name}", plan), "now": utc_now()}
        self._database.write(lambda connection: connection.execute(_PUT, values))

    def get(self, name: str) -> dict[str, Any] | None:
        """Return the plan of that name, None when there is none."""
        with self._database.transaction() as connection:
            row = connection.execute("SELECT plan FROM campaigns WHERE name = ?", [name]).fetchone()
        return None if row is None else dict(json.loads(row[0]))

    def load(self) -> pd.DataFrame:
        """Return one row a campaign, by name: plan (a dict), created_at, changed_at (UTC)."""
        with self._database.transaction() as connection:
            frame = connection.execute("SELECT name, plan, created_at, changed_at FROM campaigns ORDER BY name").df()
        return frame.assign(
            plan=frame["plan"].map(json.loads),
            created_at=frame["created_at"].dt.tz_localize("UTC"),
            changed_at=frame["changed_at"].dt.tz_localize("UTC"),
        )
