"""Whether everything that the registry promises is still true."""

from __future__ import annotations

from collections.abc import Iterator

from store.database import Connection, Database
from store.registry import Registry

_LOST_RUNS = """
SELECT m.name, m.version, len(m.training_run_ids), count(*)
FROM (SELECT name, version, training_run_ids, unnest(training_run_ids) AS run_id FROM models) m
WHERE NOT EXISTS (SELECT 1 FROM runs r WHERE r.run_id::VARCHAR = m.run_id)
GROUP BY ALL ORDER BY m.name, m.version
"""
_LOST_VERSIONS = """
SELECT a.name, a.alias, a.version FROM aliases a ANTI JOIN models m ON m.name = a.name AND m.version = a.version
ORDER BY a.name, a.alias
"""


def verify(database: Database, registry: Registry) -> tuple[int, list[str]]:
    """Check every version's bytes, record and lineage.

    Returns
    -------
    (int, list of str)
        How many versions were checked, and what is wrong; archived versions included, purged ones have no bytes to
        check.
    """
    versions = registry.load(archived=True)
    kept = versions[versions["purged_at"].isna()]
    damaged = [
        f"{name} v{version}: {problem}"
        for name, version in zip(kept["name"], kept["version"], strict=True)
        if (problem := registry.problem(name, int(version)))
    ]
    with database.transaction() as connection:
        return len(versions), [*damaged, *_lost_runs(connection), *_lost_versions(connection)]


def _lost_runs(connection: Connection) -> Iterator[str]:
    for name, version, runs, lost in connection.execute(_LOST_RUNS).fetchall():
        yield f"{name} v{version}: {lost} of the {runs} runs that it was trained on are no longer in the store"


def _lost_versions(connection: Connection) -> Iterator[str]:
    for name, alias, version in connection.execute(_LOST_VERSIONS).fetchall():
        yield f"{name}: alias {alias} points at version {version}, which is not there"
