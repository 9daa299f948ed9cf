"""Runs as people look through them: those that pass some filters, in an order, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from store.database.database import Connection
from store.errors import StoreError
from store.frames import typed
from store.runlog import COLUMNS, NAMES

# What is looked at when somebody types a word; a run_id, which is no text, only where it can match.
_TEXTS = ("application", "cluster", "campaign", "status", "failure_kind", "spark_version")
_IN_TEXTS = " OR ".join(f"coalesce(contains(lower({name}), lower($words)), false)" for name in _TEXTS)
_IN_RUN_ID = "(regexp_full_match(lower($words), '[0-9a-f-]+') AND contains(run_id::VARCHAR, lower($words)))"
_PASSES = f"""
WHERE ($application IS NULL OR application = $application)
  AND ($cluster IS NULL OR cluster = $cluster)
  AND (len($statuses::VARCHAR[]) = 0 OR list_contains($statuses::VARCHAR[], status))
  AND (len($origins::VARCHAR[]) = 0 OR list_contains($origins::VARCHAR[], origin))
  AND (len($campaigns::VARCHAR[]) = 0 OR list_contains($campaigns::VARCHAR[], campaign))
  AND ($run_ids::VARCHAR[] IS NULL OR run_id IN (SELECT TRY_CAST(unnest($run_ids::VARCHAR[]) AS UUID)))
  AND ($words = '' OR {_IN_TEXTS} OR {_IN_RUN_ID})
"""
_COUNTS = f"SELECT origin, status, count(*) AS runs FROM runs {_PASSES} GROUP BY ALL ORDER BY ALL"  # noqa: S608
_ALL = f"SELECT * REPLACE (run_id::VARCHAR AS run_id) FROM runs {_PASSES}"  # noqa: S608
# Only what is shown is read whole: sorting the other columns with it takes most of the time.
_PAGE = f"""
SELECT * REPLACE (run_id::VARCHAR AS run_id) FROM runs
WHERE rowid IN (SELECT rowid FROM runs {_PASSES} {{order}} LIMIT $most OFFSET $first)
"""  # noqa: S608
_CAMPAIGNS = "SELECT DISTINCT campaign FROM runs WHERE campaign IS NOT NULL ORDER BY ALL LIMIT ?"
MOST_CAMPAIGNS = 1_000

SORTABLE = tuple(name for name in NAMES if name != "settings")


@dataclass(frozen=True)
class Selection:
    """Which runs; what is None or empty does not filter.

    Parameters
    ----------
    application, cluster : str or None
        Of this application, on this cluster.
    statuses, origins, campaigns : tuple of str
        With one of these.
    words : str
        Found, in any case, in the run_id, a name, the status, the failure or the version of Spark.
    run_ids : tuple of str or None
        Among these.
    """

    application: str | None = None
    cluster: str | None = None
    statuses: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    campaigns: tuple[str, ...] = ()
    words: str = ""
    run_ids: tuple[str, ...] | None = None

    def parameters(self) -> dict[str, Any]:
        """Return the values of the names in the SQL."""
        values = asdict(self)
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


@dataclass(frozen=True)
class Order:
    """In which order: by a column, runs without a value last.

    Parameters
    ----------
    column : str
        One of `SORTABLE`.
    descending : bool
        The largest first.
    """

    column: str = "started_at"
    descending: bool = True

    def sql(self) -> str:
        """Return what stands in a query.

        Raises
        ------
        StoreError
            If runs cannot be sorted by that.
        """
        if self.column not in SORTABLE:
            raise StoreError(f"runs cannot be sorted by {self.column!r}; choose from {', '.join(SORTABLE)}")
        return f"ORDER BY {self.column} {'DESC' if self.descending else 'ASC'} NULLS LAST, runs.run_id"


def counts(connection: Connection, selection: Selection) -> pd.DataFrame:
    """Return how many runs pass, by origin and status: origin, status, runs."""
    return connection.execute(_COUNTS, selection.parameters()).df()


def page(
    connection: Connection, selection: Selection, order: Order, first: int = 0, most: int | None = None
) -> pd.DataFrame:
    """Return the runs that pass, as `Runs.load` does.

    Parameters
    ----------
    connection : Connection
        Inside a transaction.
    selection, order : Selection, Order
        Which runs, and in which order.
    first, most : int, int or None
        How many to leave out in front, and how many to return; None for all.
    """
    values: dict[str, Any] = {**selection.parameters(), "most": most, "first": first}
    sql = f"{_ALL} {order.sql()} LIMIT $most OFFSET $first"
    if most is not None:
        sql = f"{_PAGE.format(order=order.sql())} {order.sql()}"
    return typed(connection.execute(sql, values).df(), COLUMNS)


def campaigns(connection: Connection) -> Sequence[str]:
    """Return the names of the campaigns that have runs, the first thousand."""
    return [name for (name,) in connection.execute(_CAMPAIGNS, [MOST_CAMPAIGNS]).fetchall()]
