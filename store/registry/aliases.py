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
_MOVES = """
SELECT e.version, m.archived_at IS NULL FROM alias_events e JOIN models m ON m.name = e.name AND m.version = e.version
WHERE e.name = ? AND e.alias = ? ORDER BY e.number
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


def previous(connection: Connection, name: str, alias: str) -> int:
    """Return the version that an alias goes back to.

    A move to a version where it was before is a way back: what came in between is not gone back to.

    Raises
    ------
    StoreError
        If it pointed at no other version before, or all of those are archived.
    """
    current = resolve(connection, name, alias)
    way: list[tuple[int, bool]] = []
    for move in connection.execute(_MOVES, [name, alias]).fetchall():
        del way[way.index(move) if move in way else len(way) :]
        way.append(move)
    usable = [version for version, listed in way[:-1] if listed]
    if not usable:
        raise StoreError(
            f"{name}: {alias} pointed at no other version before v{current} that is not archived; promote one instead"
        )
    return usable[-1]


def roll_back(connection: Connection, name: str, alias: str) -> int:
    """Let an alias point at its `previous` version; return that."""
    version = previous(connection, name, alias)
    point(connection, name, alias, version)
    return version


def history(connection: Connection, name: str) -> pd.DataFrame:
    """Return every move, oldest first, as `Registry.alias_history` says."""
    if newest_of(connection, name) is None:
        raise unknown(name)
    frame = connection.execute(_HISTORY, [name]).df()
    return frame.assign(set_at=frame["set_at"].dt.tz_localize("UTC"))
