"""The clusters: what they are made of and what they cost."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from store.database.database import Database, utc_now
from store.errors import StoreError
from store.names import check_name, json_text

_SELECT = """
SELECT name, description, hardware, price_per_core_hour, price_per_gib_hour, currency
FROM clusters
"""


@dataclass(frozen=True)
class Cluster:
    """One named, homogeneous environment.

    Parameters
    ----------
    name : str
        The name in the run logs.
    description : str
        What a person should know about it.
    hardware : mapping
        Whatever describes the machines, such as {"cores": 48, "memory_gb": 190}.
    price_per_core_hour, price_per_gib_hour : float or None
        Price of one core, and of one GiB of memory, for one hour; None when not known.
    currency : str or None
        Of the prices, such as USD.
    """

    name: str
    description: str = ""
    hardware: Mapping[str, Any] = field(default_factory=dict)
    price_per_core_hour: float | None = None
    price_per_gib_hour: float | None = None
    currency: str | None = None


class Clusters:
    """The clusters in the database, one a name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, cluster: Cluster) -> None:
        """Store a cluster, in place of the one of that name.

        Raises
        ------
        StoreError
            If the name is unusable or a price is negative.
        """
        check_name("cluster", cluster.name)
        for label, price in (
            ("price_per_core_hour", cluster.price_per_core_hour),
            ("price_per_gib_hour", cluster.price_per_gib_hour),
        ):
            if price is not None and not 0 <= price < float("inf"):
                raise StoreError(f"cluster {cluster.name}: {label} is {price}, it must be 0 or more")
        values = [
            cluster.name,
            cluster.description,
            json_text(f"cluster {cluster.name}: hardware", cluster.hardware),
            cluster.price_per_core_hour,
            cluster.price_per_gib_hour,
            cluster.currency,
            utc_now(),
        ]
        self._database.write(
            lambda connection: connection.execute(
                "INSERT OR REPLACE INTO clusters VALUES (?, ?, ?, ?, ?, ?, ?)", values
            )
        )

    def get(self, name: str) -> Cluster | None:
        """Return the cluster of that name, None when there is none."""
        with self._database.transaction() as connection:
            row = connection.execute(_SELECT + "WHERE name = ?", [name]).fetchone()
        return None if row is None else Cluster(row[0], row[1], json.loads(row[2]), *row[3:])

    def load(self) -> pd.DataFrame:
        """Return one row a cluster, by name; hardware is a dict, a missing price NaN."""
        with self._database.transaction() as connection:
            frame = connection.execute(_SELECT + "ORDER BY name").df()
        prices = ["price_per_core_hour", "price_per_gib_hour"]
        return frame.assign(hardware=frame["hardware"].map(json.loads)).astype(dict.fromkeys(prices, "float64"))
