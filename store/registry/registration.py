"""A fitted model becomes a version: checked, numbered, sealed; the first of a name is the champion."""

from __future__ import annotations

import math
from typing import Any

from store.database.database import Connection, utc_now
from store.errors import StoreError
from store.names import check_name, json_text
from store.registry import aliases, retention
from store.registry.models import ModelDraft, ModelVersion
from store.registry.seals import seal
from store.registry.versions import newest_of, select

_INSERT = """
INSERT INTO models BY NAME SELECT
    $name AS name, $version AS version, $application AS application, $cluster AS cluster, $scenario AS scenario,
    $techniques AS techniques, $params AS params, $seed AS seed, $feature_schema AS feature_schema,
    $training_run_ids AS training_run_ids, $data_sha256 AS data_sha256, $fingerprint AS fingerprint,
    $environment AS environment, $artefact_sha256 AS artefact_sha256, $artefact_bytes AS artefact_bytes,
    $created_at AS created_at, $seal AS seal
"""


def check(draft: ModelDraft, artefact: bytes) -> None:
    """Refuse a draft that cannot be a version.

    Raises
    ------
    StoreError
        With why.
    """
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


def known(connection: Connection, draft: ModelDraft) -> ModelVersion | None:
    """Return the version that is this model already, None when there is none."""
    found = select(connection, "WHERE m.name = ? AND m.fingerprint = ?", [draft.name, draft.fingerprint])
    return found[0] if found else None


def replace(connection: Connection, damaged: ModelVersion, version: int) -> None:
    """Let a version stand in for one that is damaged: its aliases point there, and it is put aside."""
    for alias in damaged.aliases:
        aliases.point(connection, damaged.name, alias, version)
    retention.archive(connection, damaged)


def insert(connection: Connection, draft: ModelDraft, digest: str, size: int) -> int:
    """Make a draft the next version of its name, and return that.

    Parameters
    ----------
    connection : Connection
        Inside a transaction that writes.
    draft : ModelDraft
        Checked.
    digest, size : str, int
        SHA-256 of its bytes, which are kept already, and how many there are.
    """
    version = (newest_of(connection, draft.name) or 0) + 1
    figures = [(m.name, m.protocol, float(m.value), m.unit) for m in draft.metrics]
    record = _record(draft, version, digest, size)
    connection.execute(_INSERT, record | {"seal": seal(record, figures)})
    if figures:
        rows = [[draft.name, version, *figure] for figure in figures]
        connection.executemany("INSERT INTO metrics VALUES (?, ?, ?, ?, ?, ?)", rows)
    if version == 1:
        aliases.point(connection, draft.name, aliases.CHAMPION, version)
    return version


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
