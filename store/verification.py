"""Whether everything that the registry promises is still true."""

from __future__ import annotations

from collections.abc import Iterator

from store.database.database import Connection, Database
from store.registry import lineage
from store.registry.registry import Registry
from store.runs.compaction import TaskFiles

_LOST_RUNS = """
SELECT m.name, m.version, m.runs, count(*), count(*) FILTER (u.run_id IS NOT NULL)
FROM (SELECT name, version, len(training_run_ids) AS runs, unnest(training_run_ids) AS run_id FROM models) m
LEFT JOIN (SELECT DISTINCT run_id::VARCHAR AS run_id FROM undone_runs) u USING (run_id)
WHERE NOT EXISTS (SELECT 1 FROM runs r WHERE r.run_id::VARCHAR = m.run_id)
GROUP BY ALL ORDER BY m.name, m.version
"""
_LOST_VERSIONS = """
SELECT a.name, a.alias, a.version FROM aliases a ANTI JOIN models m ON m.name = a.name AND m.version = a.version
ORDER BY a.name, a.alias
"""
_DOUBLED_RUNS = "SELECT run_id::VARCHAR, count(*) FROM runs GROUP BY run_id HAVING count(*) > 1 ORDER BY ALL"
_ORPHANS = "SELECT count(*) FROM (SELECT run_id FROM {} ANTI JOIN runs USING (run_id))"


def verify(database: Database, registry: Registry, task_files: TaskFiles) -> tuple[int, list[str]]:
    """Check every version's bytes, record and rows, that each run is there once, and the tasks of each.

    Rows are checked by their hash where all are there; those taken back with their upload are said to be that.

    Returns
    -------
    (int, list of str)
        How many versions were checked, and what is wrong; archived versions included, purged ones have no bytes to
        check.
    """
    problems = registry.problems()
    with database.transaction() as connection:
        [(versions,)] = connection.execute("SELECT count(*) FROM models").fetchall()
        problems += [*_rows(connection), *_lost_versions(connection), *_miscounted(connection)]
    return versions, [*problems, *task_files.problems()]


def _rows(connection: Connection) -> Iterator[str]:
    lost = connection.execute(_LOST_RUNS).fetchall()
    for name, version, runs, missing, undone in lost:
        what = f"{name} v{version}: {missing} of the {runs} runs that it was trained on"
        if missing == undone:
            yield f"{what} were taken back with their upload; fit the model again"
        else:
            why = f" ({undone} were taken back with their upload; fit the model again)" if undone else ""
            yield f"{what} are no longer in the store{why}"
    incomplete = {(name, version) for name, version, *_ in lost}
    for name, version in lineage.changed(connection):
        if (name, version) not in incomplete:
            yield f"{name} v{version}: runs that it was trained on were changed since; their SHA-256 is another"


def _lost_versions(connection: Connection) -> Iterator[str]:
    for name, alias, version in connection.execute(_LOST_VERSIONS).fetchall():
        yield f"{name}: alias {alias} points at version {version}, which is not there"


def _miscounted(connection: Connection) -> Iterator[str]:
    for run_id, times in connection.execute(_DOUBLED_RUNS).fetchall():
        yield f"run {run_id} is stored {times} times"
    for table in ("tasks", "executors", "compacted_runs"):
        [(count,)] = connection.execute(_ORPHANS.format(table)).fetchall()
        if count:
            yield f"{table}: {count} rows belong to no run"
