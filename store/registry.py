"""The model registry: immutable versions, their figures, and aliases that move.

It stores bytes and never deserialises them.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from datetime import UTC
from typing import Any

import pandas as pd

from store.artifacts import Artifacts
from store.database import Connection, Database, utc_now
from store.errors import ArtefactError, StoreError, UnknownModelError
from store.models import ModelDraft, ModelVersion, Registered
from store.names import check_name, json_text

CHAMPION = "champion"
LATEST = "latest"
Ref = str | int

_VERSIONS = """
SELECT m.*, coalesce(a.aliases, []) AS aliases
FROM models m LEFT JOIN (
    SELECT name, version, list(alias ORDER BY alias) AS aliases
    FROM aliases GROUP BY name, version
) a ON a.name = m.name AND a.version = m.version
"""
_INSERT = """
INSERT INTO models VALUES (
    $name, $version, $application, $cluster, $scenario, $techniques, $params, $seed, $schema,
    $training_run_ids, $data_sha256, $fingerprint, $environment, $artefact_sha256,
    $artefact_bytes, $created_at)
"""
_SET_ALIAS = """
INSERT INTO alias_events
SELECT $name, $alias, coalesce(max(number), 0) + 1, $version, $set_at
FROM alias_events WHERE name = $name AND alias = $alias
"""


class Registry:
    """The versions of all models.

    Parameters
    ----------
    database : Database
        Where the records are.
    artifacts : Artifacts
        Where the bytes are.
    """

    def __init__(self, database: Database, artifacts: Artifacts) -> None:
        self._database = database
        self._artifacts = artifacts

    def register(self, draft: ModelDraft, artefact: bytes) -> Registered:
        """Keep a model as the next version of its name; the first becomes the champion.

        A draft whose name and fingerprint are known is not stored again.

        Raises
        ------
        StoreError
            If the draft cannot be a version.
        """
        _check(draft, artefact)
        with self._database.transaction() as connection:
            if known := _known(connection, draft):
                return known
        digest = self._artifacts.put(artefact)
        size = len(artefact)
        return self._database.write(lambda connection: _register(connection, draft, digest, size))

    def get(self, name: str, ref: Ref = CHAMPION) -> ModelVersion:
        """Return a version of a model.

        Parameters
        ----------
        name : str
            application@cluster/scenario.
        ref : str or int
            An alias, `latest`, `v3` or 3.

        Raises
        ------
        UnknownModelError
            If there is no such model, version or alias.
        """
        with self._database.transaction() as connection:
            version = _resolve(connection, name, ref)
            return _versions(connection, "WHERE m.name = ? AND m.version = ?", [name, version])[0]

    def artefact(self, name: str, ref: Ref = CHAMPION) -> bytes:
        """Return a version's bytes, once their SHA-256 was checked.

        Raises
        ------
        UnknownModelError
            If there is no such model, version or alias.
        ArtefactError
            If the bytes are gone or are not the registered ones.
        """
        found = self.get(name, ref)
        try:
            return self._artifacts.get(found.artefact_sha256)
        except ArtefactError as error:
            raise ArtefactError(f"{name} v{found.version}: {error}; do not use it, fit the model again") from error

    def find(self, fingerprint: str) -> ModelVersion | None:
        """Return the newest version with this fingerprint, None when there is none."""
        where = "WHERE m.fingerprint = ? ORDER BY m.created_at DESC LIMIT 1"
        with self._database.transaction() as connection:
            found = _versions(connection, where, [fingerprint])
        return found[0] if found else None

    def load(self, application: str | None = None, cluster: str | None = None) -> pd.DataFrame:
        """Return one row a version, by name and version; the columns are `ModelVersion`'s.

        training_run_ids are counted in training_runs instead; aliases is a list.
        """
        where = """
            WHERE ($application IS NULL OR m.application = $application)
              AND ($cluster IS NULL OR m.cluster = $cluster) ORDER BY m.name, m.version
        """
        filters = {"application": application, "cluster": cluster}
        with self._database.transaction() as connection:
            found = _versions(connection, where, filters)
        names = [*ModelVersion.__dataclass_fields__]
        frame = pd.DataFrame([vars(version) for version in found], columns=names)
        counts = frame["training_run_ids"].map(len).astype("int64")
        frame = frame.assign(training_runs=counts, aliases=frame["aliases"].map(list))
        return frame.drop(columns="training_run_ids").astype({"version": "int64", "seed": "int64"})

    def metrics(self, name: str, version: int) -> pd.DataFrame:
        """Return a version's figures: metric, protocol, value, unit."""
        sql = """
            SELECT metric, protocol, value, unit FROM metrics
            WHERE name = ? AND version = ? ORDER BY metric, protocol
        """
        with self._database.transaction() as connection:
            return connection.execute(sql, [name, version]).df()

    def promote(self, name: str, version: Ref, alias: str = CHAMPION) -> None:
        """Let an alias point at a version; rolling back is promoting the earlier one.

        Raises
        ------
        StoreError
            If the alias is reserved (`latest`, `v3`, `3`) or unusable.
        UnknownModelError
            If there is no such model or version.
        """
        _check_alias(alias)
        self._database.write(
            lambda connection: _set_alias(connection, name, alias, _resolve(connection, name, version))
        )

    def alias_history(self, name: str) -> pd.DataFrame:
        """Return every move of an alias of a model, oldest first: alias, version, set_at (UTC)."""
        sql = "SELECT alias, version, set_at FROM alias_events WHERE name = ? ORDER BY set_at, number"
        with self._database.transaction() as connection:
            frame = connection.execute(sql, [name]).df()
        return frame.assign(set_at=frame["set_at"].dt.tz_localize("UTC"))


def _check(draft: ModelDraft, artefact: bytes) -> None:
    check_name("application", draft.application)
    check_name("cluster", draft.cluster)
    check_name("scenario", draft.scenario)
    keys = [(metric.name, metric.protocol) for metric in draft.metrics]
    if len(set(keys)) < len(keys):
        raise StoreError(f"{draft.name}: a metric is there twice with the same protocol")
    for metric in draft.metrics:
        if not math.isfinite(metric.value):
            raise StoreError(f"{draft.name}: metric {metric.name} is {metric.value}")
    if not draft.fingerprint or not artefact:
        raise StoreError(f"{draft.name}: a model needs a fingerprint and an artefact")


def _check_alias(alias: str) -> None:
    check_name("alias", alias)
    if alias == LATEST or re.fullmatch(r"v?\d+", alias):
        raise StoreError(f"alias {alias!r} is reserved; choose another name")


def _known(connection: Connection, draft: ModelDraft) -> Registered | None:
    row = connection.execute(
        "SELECT version FROM models WHERE name = ? AND fingerprint = ?",
        [draft.name, draft.fingerprint],
    ).fetchone()
    return None if row is None else Registered(row[0], created=False)


def _register(connection: Connection, draft: ModelDraft, digest: str, size: int) -> Registered:
    if known := _known(connection, draft):
        return known
    version = (_newest(connection, draft.name) or 0) + 1
    connection.execute(_INSERT, _record(draft, version, digest, size))
    rows = [[draft.name, version, m.name, m.protocol, m.value, m.unit] for m in draft.metrics]
    if rows:
        connection.executemany("INSERT INTO metrics VALUES (?, ?, ?, ?, ?, ?)", rows)
    if version == 1:
        _set_alias(connection, draft.name, CHAMPION, version)
    return Registered(version, created=True)


def _record(draft: ModelDraft, version: int, digest: str, size: int) -> dict[str, Any]:
    return {
        "name": draft.name,
        "version": version,
        "application": draft.application,
        "cluster": draft.cluster,
        "scenario": draft.scenario,
        "techniques": json_text(f"{draft.name}: techniques", draft.techniques),
        "params": json_text(f"{draft.name}: params", draft.params),
        "seed": draft.seed,
        "schema": json_text(f"{draft.name}: schema", draft.schema),
        "training_run_ids": list(draft.training_run_ids),
        "data_sha256": draft.data_sha256,
        "fingerprint": draft.fingerprint,
        "environment": json_text(f"{draft.name}: environment", draft.environment),
        "artefact_sha256": digest,
        "artefact_bytes": size,
        "created_at": utc_now(),
    }


def _newest(connection: Connection, name: str) -> int | None:
    row = connection.execute("SELECT max(version) FROM models WHERE name = ?", [name]).fetchone()
    return None if row is None else row[0]


def _set_alias(connection: Connection, name: str, alias: str, version: int) -> None:
    values = {"name": name, "alias": alias, "version": version, "set_at": utc_now()}
    connection.execute(_SET_ALIAS, values)


def _resolve(connection: Connection, name: str, ref: Ref) -> int:
    """Turn an alias, latest, v3 or 3 into a version that exists."""
    newest = _newest(connection, name)
    if newest is None:
        raise UnknownModelError(f"no model is called {name!r}; python -m store models lists them")
    if ref == LATEST:
        return newest
    if re.fullmatch(r"v?\d{1,9}", str(ref)):
        version = int(str(ref).removeprefix("v"))
        if not 1 <= version <= newest:
            raise UnknownModelError(f"{name} has no version {version}; it has 1 to {newest}")
        return version
    sql = "SELECT version FROM aliases WHERE name = ? AND alias = ?"
    row = connection.execute(sql, [name, ref]).fetchone()
    if row is None:
        raise UnknownModelError(f"{name} has no alias {ref!r}")
    return int(row[0])


def _versions(connection: Connection, where: str, values: Sequence[Any] | dict[str, Any]) -> list[ModelVersion]:
    """Read versions; `where` is ours, `values` are its parameters."""
    cursor = connection.execute(_VERSIONS + where, values)
    names = [field[0] for field in cursor.description or ()]
    return [_version(dict(zip(names, row, strict=True))) for row in cursor.fetchall()]


def _version(row: dict[str, Any]) -> ModelVersion:
    row["schema"] = row.pop("feature_schema")
    for name in ("techniques", "params", "schema", "environment"):
        row[name] = json.loads(row[name])
    row["training_run_ids"] = tuple(row["training_run_ids"])
    row["aliases"] = tuple(row["aliases"])
    row["created_at"] = row["created_at"].replace(tzinfo=UTC)
    return ModelVersion(**row)
