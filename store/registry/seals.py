"""A hash over what must never change in a version's record, so that a changed row is noticed."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from store.database.database import Connection

SEALED = (
    "name", "version", "application", "cluster", "scenario", "techniques", "params", "seed", "feature_schema",
    "training_run_ids", "data_sha256", "environment", "artefact_sha256", "artefact_bytes",
)  # fmt: skip
_DOCUMENTS = frozenset({"techniques", "params", "feature_schema", "environment"})
CHANGED = "its record in the database was changed after it was registered"
_OF_ONE = "WHERE ($name IS NULL OR name = $name) AND ($version IS NULL OR version = $version)"
_FIGURES = f"SELECT name, version, metric, protocol, value, unit FROM metrics {_OF_ONE}"  # noqa: S608
# Versions from before there were seals have none; one that is younger lost it.
_RECORDS = f"""
SELECT *, created_at > (SELECT applied_at FROM migrations WHERE name LIKE '%sealed%') AS has_seal FROM models {_OF_ONE}
"""  # noqa: S608 -- composed of our own SQL


def seal(record: Mapping[str, Any], metrics: Sequence[tuple[str, str, float, str]]) -> str:
    """Return the SHA-256 of a version's record and figures.

    It finds what was changed by accident or by hand. It is no signature: who can rewrite the row can rewrite the seal.

    Parameters
    ----------
    record : mapping
        The row, with `SEALED` columns; documents as JSON text.
    metrics : sequence of (metric, protocol, value, unit)
        In any order.
    """
    content = {name: _plain(name, record[name]) for name in SEALED}
    text = json.dumps([content, sorted(map(list, metrics))], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(name: str, value: Any) -> Any:
    if name in _DOCUMENTS:
        return json.loads(value)
    return list(value) if name == "training_run_ids" else value


def changed(connection: Connection, name: str | None = None, version: int | None = None) -> set[tuple[str, int]]:
    """Find versions whose record is not what was registered, as name and version; of all, or of one."""
    one = {"name": name, "version": version}
    figures: dict[tuple[str, int], list[tuple[str, str, float, str]]] = defaultdict(list)
    for model, number, *figure in connection.execute(_FIGURES, one).fetchall():
        figures[model, number].append(tuple(figure))
    cursor = connection.execute(_RECORDS, one)
    names = [field[0] for field in cursor.description or ()]
    records = (dict(zip(names, row, strict=True)) for row in cursor.fetchall())
    keyed = {(record["name"], record["version"]): record for record in records}
    return {key for key, record in keyed.items() if not _is_whole(record, figures[key])}


def _is_whole(record: Mapping[str, Any], figures: Sequence[tuple[str, str, float, str]]) -> bool:
    if record["seal"] is None:
        return not record["has_seal"]
    return bool(record["seal"] == seal(record, figures))
