"""Names that point at a version of a model and move; every move is kept."""

from __future__ import annotations

import pandas as pd

from store.database.database import Connection, utc_now
from store.errors import StoreError
from store.names import check_name
from store.registry.versions import LATEST, NUMBER, newest_of, resolve, unknown

CHAMPION = "champion"
REMOVED = 0  # the version of an alias that was taken away

_POINT = """
INSERT INTO alias_events
SELECT $name, $alias, coalesce(max(number), 0) + 1, $version, $set_at
FROM alias_events WHERE name = $name AND alias = $alias
"""
_BEFORE = """
SELECT e.version FROM alias_events e JOIN models m ON m.name = e.name AND m.version = e.version
WHERE e.name = ? AND e.alias = ? AND e.version <> ? AND m.purged_at IS NULL ORDER BY e.number DESC LIMIT 1
"""
_HISTORY = "SELECT alias, version, set_at FROM alias_events WHERE name = ? ORDER BY set_at, number"


def check_alias(alias: str) -> None:
    """Refuse a name that cannot be an alias.

    Raises
    ------
    StoreError
        If it is unusable, or means a version already.
    """
    check_name("alias", alias)
    if alias == LATEST or NUMBER.fullmatch(alias):
        raise StoreError(f"alias {alias!r} is reserved; choose another name")


def point(connection: Connection, name: str, alias: str, version: int) -> None:
    """Let an alias point at a version from now on."""
    connection.execute(_POINT, {"name": name, "alias": alias, "version": version, "set_at": utc_now()})


def remove(connection: Connection, name: str, alias: str) -> None:
    """Take an alias away that is there.

    Raises
    ------
    UnknownModelError
        If it is not.
    """
    resolve(connection, name, alias)
    point(connection, name, alias, REMOVED)


def roll_back(connection: Connection, name: str, alias: str) -> int:
    """Let an alias point at the version before the one that it points at; return that.

    Raises
    ------
    StoreError
        If it never pointed at another, or the bytes of all of those are gone.
    """
    current = resolve(connection, name, alias)
    row = connection.execute(_BEFORE, [name, alias, current]).fetchone()
    if row is None:
        raise StoreError(f"{name}: {alias} never pointed at another version than v{current}; promote one instead")
    point(connection, name, alias, row[0])
    return int(row[0])


def history(connection: Connection, name: str) -> pd.DataFrame:
    """Return every move, oldest first, as `Registry.alias_history` says."""
    if newest_of(connection, name) is None:
        raise unknown(name)
    frame = connection.execute(_HISTORY, [name]).df()
    return frame.assign(set_at=frame["set_at"].dt.tz_localize("UTC"))
