"""The versions of models as the database has them: found by an alias or a number, or listed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any

import pandas as pd

from store.database.database import Connection
from store.errors import UnknownModelError
from store.registry.models import ModelVersion

LATEST = "latest"
NUMBER = re.compile(r"v?\d{1,9}")
Ref = str | int

_DOCUMENTS = ("techniques", "params", "schema", "environment")
_TIMES = ("created_at", "archived_at", "purged_at")
_VERSIONS = """
SELECT m.* RENAME (feature_schema AS schema), coalesce(a.aliases, []) AS aliases
FROM models m LEFT JOIN (
    SELECT name, version, list(alias ORDER BY alias) AS aliases FROM aliases GROUP BY name, version
) a ON a.name = m.name AND a.version = m.version
"""
_LIST = f"""
SELECT * EXCLUDE (training_run_ids, seal), len(training_run_ids) AS training_runs FROM ({_VERSIONS})
WHERE ($application IS NULL OR application = $application) AND ($cluster IS NULL OR cluster = $cluster)
    AND ($archived OR archived_at IS NULL)
ORDER BY name, version
"""  # noqa: S608 -- composed of our own SQL


def version_of(connection: Connection, name: str, ref: Ref) -> ModelVersion:
    """Return the version that an alias, `latest`, `v3` or 3 means.

    Raises
    ------
    UnknownModelError
        If there is no such model, version or alias.
    """
    [found] = select(connection, "WHERE m.name = ? AND m.version = ?", [name, resolve(connection, name, ref)])
    return found


def resolve(connection: Connection, name: str, ref: Ref) -> int:
    """Turn an alias, `latest`, `v3` or 3 into a version that exists.

    Raises
    ------
    UnknownModelError
        If it does not.
    """
    newest = newest_of(connection, name)
    if newest is None:
        raise unknown(name)
    if ref == LATEST:
        return newest
    if NUMBER.fullmatch(str(ref)):
        version = int(str(ref).removeprefix("v"))
        if not 1 <= version <= newest:
            raise UnknownModelError(f"{name} has no version {version}; it has 1 to {newest}")
        return version
    sql = "SELECT version FROM aliases WHERE name = ? AND alias = ?"
    row = connection.execute(sql, [name, ref]).fetchone()
    if row is None:
        raise UnknownModelError(f"{name} has no alias {ref!r}")
    return int(row[0])


def unknown(name: str) -> UnknownModelError:
    """Return the error of a model that is not there."""
    return UnknownModelError(f"no model is called {name!r}; python -m store models lists them")


def newest_of(connection: Connection, name: str) -> int | None:
    """Return the last version of a model, None when there is none."""
    row = connection.execute("SELECT max(version) FROM models WHERE name = ?", [name]).fetchone()
    return None if row is None else row[0]


def select(connection: Connection, where: str, values: Sequence[Any]) -> list[ModelVersion]:
    """Return versions; `where` is SQL of ours about the table `m`, `values` are its parameters."""
    cursor = connection.execute(_VERSIONS + where, values)
    names = [field[0] for field in cursor.description or ()]
    return [_version(dict(zip(names, row, strict=True))) for row in cursor.fetchall()]


def listed(connection: Connection, filters: Mapping[str, Any]) -> pd.DataFrame:
    """Return one row a version, as `Registry.load` says; `filters` are application, cluster and archived."""
    frame = connection.execute(_LIST, filters).df()
    documents = {name: frame[name].map(json.loads) for name in _DOCUMENTS}
    times = {name: frame[name].dt.tz_localize("UTC") for name in _TIMES}
    counts = dict.fromkeys(("version", "seed", "training_runs"), "int64")
    return frame.assign(aliases=frame["aliases"].map(list), **documents, **times).astype(counts)


def _version(row: dict[str, Any]) -> ModelVersion:
    del row["seal"]
    documents = {name: json.loads(row[name]) for name in _DOCUMENTS}
    times = {name: row[name] and row[name].replace(tzinfo=UTC) for name in _TIMES}
    lists = {name: tuple(row[name]) for name in ("training_run_ids", "aliases")}
    return ModelVersion(**{**row, **documents, **times, **lists})
