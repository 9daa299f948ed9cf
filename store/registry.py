"""The model registry: immutable versions, their figures, and aliases that move.

It stores bytes and never deserialises them.
"""

from __future__ import annotations

import json
import math
import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC
from typing import Any

import pandas as pd

from store import retention
from store.artifacts import Artifacts
from store.database import Connection, Database, utc_now
from store.errors import ArtefactError, StoreError, UnknownModelError
from store.models import ModelDraft, ModelVersion, Registered
from store.names import check_name, json_text
from store.seals import seal

CHAMPION = "champion"
LATEST = "latest"
REMOVED = 0  # the version of an alias that was taken away
Ref = str | int

_VERSIONS = """
SELECT m.*, coalesce(a.aliases, []) AS aliases
FROM models m LEFT JOIN (
    SELECT name, version, list(alias ORDER BY alias) AS aliases
    FROM aliases GROUP BY name, version
) a ON a.name = m.name AND a.version = m.version
"""
_INSERT = """
INSERT INTO models BY NAME SELECT
    $name AS name, $version AS version, $application AS application, $cluster AS cluster, $scenario AS scenario,
    $techniques AS techniques, $params AS params, $seed AS seed, $feature_schema AS feature_schema,
    $training_run_ids AS training_run_ids, $data_sha256 AS data_sha256, $fingerprint AS fingerprint,
    $environment AS environment, $artefact_sha256 AS artefact_sha256, $artefact_bytes AS artefact_bytes,
    $created_at AS created_at, $seal AS seal
"""
_LIST = """
SELECT m.name, m.version, m.application, m.cluster, m.scenario, m.techniques, m.params, m.seed,
    m.feature_schema AS schema, m.data_sha256, m.fingerprint, m.environment, m.artefact_sha256, m.artefact_bytes,
    m.created_at, coalesce(a.aliases, []) AS aliases, m.archived_at, m.purged_at,
    len(m.training_run_ids) AS training_runs
FROM models m LEFT JOIN (
    SELECT name, version, list(alias ORDER BY alias) AS aliases FROM aliases GROUP BY name, version
) a ON a.name = m.name AND a.version = m.version
WHERE ($application IS NULL OR m.application = $application) AND ($cluster IS NULL OR m.cluster = $cluster)
    AND ($archived OR m.archived_at IS NULL)
ORDER BY m.name, m.version
"""
_FIGURES = """
SELECT name, version, metric, protocol, value, unit FROM metrics JOIN models USING (name, version)
WHERE ($application IS NULL OR application = $application) AND ($cluster IS NULL OR cluster = $cluster)
ORDER BY name, version, metric, protocol
"""
_ONE = "WHERE m.name = ? AND m.version = ?"
_CHANGED = "its record in the database was changed after it was registered"
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
            return _exactly(connection, name, ref)

    def artefact(self, name: str, ref: Ref = CHAMPION) -> bytes:
        """Return a version's bytes, once their SHA-256 and the version's record were checked.

        Raises
        ------
        UnknownModelError
            If there is no such model, version or alias.
        ArtefactError
            If the bytes are gone or are not the registered ones, or the record was changed.
        """
        found = self.get(name, ref)
        if problem := self.problem(name, found.version):
            raise ArtefactError(f"{name} v{found.version}: {problem}; do not use it, fit the model again")
        return self._artifacts.get(found.artefact_sha256)

    def problem(self, name: str, version: int) -> str:
        """Say what is wrong with a version's record or bytes; empty when nothing is."""
        with self._database.transaction() as connection:
            found = _versions(connection, _ONE, [name, version])[0]
            if _changed(connection, _ONE, [name, version]):
                return _CHANGED
        if found.purged_at is not None:
            return f"its bytes were purged on {found.purged_at:%Y-%m-%d}"
        return self._artifacts.problem(found.artefact_sha256)

    def problems(self) -> list[str]:
        """Say what is wrong with the records and bytes of all versions, archived ones included, purged ones not."""
        sql = "SELECT name, version, artefact_sha256 FROM models WHERE purged_at IS NULL ORDER BY name, version"
        with self._database.transaction() as connection:
            changed = _changed(connection)
            versions = connection.execute(sql).fetchall()
        found = (
            (name, version, _CHANGED if (name, version) in changed else self._artifacts.problem(digest))
            for name, version, digest in versions
        )
        return [f"{name} v{version}: {problem}" for name, version, problem in found if problem]

    def find(self, fingerprint: str) -> ModelVersion | None:
        """Return the newest version with this fingerprint, None when there is none."""
        where = "WHERE m.fingerprint = ? ORDER BY m.created_at DESC LIMIT 1"
        with self._database.transaction() as connection:
            found = _versions(connection, where, [fingerprint])
        return found[0] if found else None

    def load(
        self, application: str | None = None, cluster: str | None = None, *, archived: bool = False
    ) -> pd.DataFrame:
        """Return one row a version, by name and version; the columns are `ModelVersion`'s.

        training_run_ids are counted in training_runs instead; aliases is a list. Archived versions only on demand.
        """
        filters = {"application": application, "cluster": cluster, "archived": archived}
        with self._database.transaction() as connection:
            frame = connection.execute(_LIST, filters).df()
        documents = {name: frame[name].map(json.loads) for name in ("techniques", "params", "schema", "environment")}
        times = {name: frame[name].dt.tz_localize("UTC") for name in ("created_at", "archived_at", "purged_at")}
        counts = dict.fromkeys(("version", "seed", "training_runs"), "int64")
        return frame.assign(aliases=frame["aliases"].map(list), **documents, **times).astype(counts)

    def metrics(self, name: str, version: int) -> pd.DataFrame:
        """Return a version's figures: metric, protocol, value, unit."""
        sql = """
            SELECT metric, protocol, value, unit FROM metrics
            WHERE name = ? AND version = ? ORDER BY metric, protocol
        """
        with self._database.transaction() as connection:
            return connection.execute(sql, [name, version]).df()

    def figures(self, application: str | None = None, cluster: str | None = None) -> pd.DataFrame:
        """Return every figure of every version that passes, archived ones too.

        name, version, metric, protocol, value and unit, by name and version.
        """
        with self._database.transaction() as connection:
            return connection.execute(_FIGURES, {"application": application, "cluster": cluster}).df()

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

        def work(connection: Connection) -> None:
            found = _exactly(connection, name, version)
            if found.archived_at is not None:
                raise StoreError(f"{name} v{found.version} is archived; restore it before an alias points there")
            _set_alias(connection, name, alias, found.version)

        self._database.write(work)

    def roll_back(self, name: str, alias: str = CHAMPION) -> int:
        """Let an alias point again at the version before the one it points at now; return that version.

        Raises
        ------
        StoreError
            If the alias never pointed at another version.
        """
        return self._database.write(lambda connection: _roll_back(connection, name, alias))

    def remove_alias(self, name: str, alias: str) -> None:
        """Take an alias away; its history stays.

        Raises
        ------
        StoreError
            If it is the champion, which the app needs: promote another version instead.
        UnknownModelError
            If there is no such alias.
        """
        if alias == CHAMPION:
            raise StoreError(f"{CHAMPION} is what the app uses; promote another version instead of removing it")

        def work(connection: Connection) -> None:
            _resolve(connection, name, alias)
            _set_alias(connection, name, alias, REMOVED)

        self._database.write(work)

    def archive(self, name: str, version: Ref) -> None:
        """Put a version aside: it is not listed or used any more, and `restore` brings it back.

        Raises
        ------
        StoreError
            While an alias points there.
        UnknownModelError
            If there is no such model or version.
        """
        self._database.write(lambda connection: retention.archive(connection, self._unused(connection, name, version)))

    def restore(self, name: str, version: Ref) -> None:
        """Bring an archived version back.

        Raises
        ------
        StoreError
            If its bytes were purged.
        """

        def work(connection: Connection) -> None:
            retention.restore(connection, _exactly(connection, name, version))

        self._database.write(work)

    def purge(self, name: str, version: Ref) -> int:
        """Delete the bytes of an archived version for good, and return how many; the record stays, as lineage.

        The same model can be fitted and registered again, as a new version.

        Raises
        ------
        StoreError
            Unless the version is archived.
        """

        def work(connection: Connection) -> tuple[ModelVersion, bool]:
            found = self._unused(connection, name, version)
            return found, retention.purge(connection, found)

        found, is_last = self._database.write(work)
        if not is_last:
            return 0
        self._artifacts.delete(found.artefact_sha256)
        return found.artefact_bytes

    def _unused(self, connection: Connection, name: str, version: Ref) -> ModelVersion:
        found = _exactly(connection, name, version)
        if found.aliases:
            raise StoreError(
                f"{name} v{found.version} is {', '.join(found.aliases)}; let the alias point elsewhere first"
            )
        return found

    def compare(self, name: str, first: Ref, second: Ref) -> pd.DataFrame:
        """Return what differs between two versions of a model: field, first, second."""
        pair = [self.get(name, first), self.get(name, second)]
        fields = [retention.described(one) | _figures(self.metrics(name, one.version)) for one in pair]
        names = [key for key in fields[0] | fields[1] if fields[0].get(key) != fields[1].get(key)]
        rows = [{"field": key, "first": fields[0].get(key), "second": fields[1].get(key)} for key in names]
        return pd.DataFrame(rows, columns=["field", "first", "second"])

    def alias_history(self, name: str) -> pd.DataFrame:
        """Return every move of an alias of a model, oldest first: alias, version (0: removed), set_at (UTC)."""
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
    figures = [(m.name, m.protocol, float(m.value), m.unit) for m in draft.metrics]
    record = _record(draft, version, digest, size)
    connection.execute(_INSERT, record | {"seal": seal(record, figures)})
    if figures:
        rows = [[draft.name, version, *figure] for figure in figures]
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
        "feature_schema": json_text(f"{draft.name}: schema", draft.schema),
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


def _exactly(connection: Connection, name: str, ref: Ref) -> ModelVersion:
    version = _resolve(connection, name, ref)
    return _versions(connection, _ONE, [name, version])[0]


def _roll_back(connection: Connection, name: str, alias: str) -> int:
    current = _resolve(connection, name, alias)
    sql = """
        SELECT e.version FROM alias_events e JOIN models m ON m.name = e.name AND m.version = e.version
        WHERE e.name = ? AND e.alias = ? AND e.version <> ? AND m.purged_at IS NULL ORDER BY e.number DESC LIMIT 1
    """
    row = connection.execute(sql, [name, alias, current]).fetchone()
    if row is None:
        raise StoreError(f"{name}: {alias} never pointed at another version than v{current}; promote one instead")
    _set_alias(connection, name, alias, row[0])
    return int(row[0])


def _changed(connection: Connection, where: str = "", values: Sequence[Any] = ()) -> set[tuple[str, int]]:
    """Find versions whose record is not what was registered; those from before there were seals have none to break."""
    figures: dict[tuple[str, int], list[tuple[str, str, float, str]]] = defaultdict(list)
    sql = f"SELECT name, version, metric, protocol, value, unit FROM metrics m {where}"  # noqa: S608
    for name, version, *figure in connection.execute(sql, values).fetchall():
        figures[name, version].append(tuple(figure))
    cursor = connection.execute(f"SELECT * FROM models m {where}", values)  # noqa: S608
    names = [field[0] for field in cursor.description or ()]
    records = (dict(zip(names, row, strict=True)) for row in cursor.fetchall())
    sealed = {(record["name"], record["version"]): record for record in records if record["seal"] is not None}
    return {key for key, record in sealed.items() if record["seal"] != seal(record, figures[key])}


def _figures(metrics: pd.DataFrame) -> dict[str, float]:
    rows = zip(metrics["metric"], metrics["protocol"], metrics["value"], strict=True)
    return {f"{metric} ({protocol})" if protocol else str(metric): float(value) for metric, protocol, value in rows}


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
    for name in ("created_at", "archived_at", "purged_at"):
        row[name] = row[name] and row[name].replace(tzinfo=UTC)
    del row["seal"]
    return ModelVersion(**row)
