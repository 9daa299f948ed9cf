"""The rows behind a version: their hash, made when it is registered and again when it is verified."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, product
from operator import itemgetter
from typing import Any

from store.database.database import Connection

# A run as a model sees it, on a line of CSV: rates as shares of a data set of $size images (of the run's own where that
# is NULL), and the images that its tasks split, which are those of a step in a training. Never to be changed: the
# hashes of the past are of this text. A new column is a new entry of `_ADDED` with what versions until then had not.
_CELLS = {
    "run_id": "run_id",
    "num_executors": "num_executors",
    "executor_cores": "executor_cores",
    "total_cores": "total_cores",
    "executor_memory_gb": "format('{:.17g}', executor_memory_gb)",
    "images_per_partition": "images_per_partition",
    "sampling_rate_pct": """format('{:.17g}', CASE WHEN dataset_images <> $size
        THEN 100 * coalesce(input_images::DOUBLE, dataset_images::DOUBLE * sampling_rate_pct / 100) / $size::DOUBLE
        ELSE sampling_rate_pct END)""",
    "memory_regime": """CASE WHEN regexp_matches(settings->>'$.memory_regime', '[",\\n]')
        THEN '"' || replace(settings->>'$.memory_regime', '"', '""') || '"' ELSE settings->>'$.memory_regime' END""",
    "split_images": """CASE WHEN dataset_images IS NOT NULL AND NOT coalesce(json_exists(settings, '$.arm'), false)
        THEN coalesce($size::BIGINT, dataset_images) END""",
    "completion_time_s": "format('{:.17g}', completion_time_s)",
}
_ADDED: tuple[frozenset[str], ...] = (
    frozenset(),
    frozenset({"split_images"}),
    frozenset({"split_images", "total_cores", "memory_regime"}),  # the first release
)
_GIVEN = "SELECT unnest($run_ids::VARCHAR[])"
_BEHIND_VERSIONS = """
SELECT unnest(training_run_ids) FROM models
WHERE ($application IS NULL OR application = $application) AND ($cluster IS NULL OR cluster = $cluster)
"""
_VERSIONS = """
SELECT application, cluster, name, version, data_sha256, training_run_ids FROM models
WHERE len(training_run_ids) > 0 ORDER BY application, cluster, name, version
"""
# Of which data set a version's rates are shares is not recorded: of one that many runs are over.
_SIZES = """
SELECT dataset_images FROM runs
WHERE application = $application AND cluster = $cluster AND status = 'ok' AND dataset_images IS NOT NULL
GROUP BY ALL ORDER BY count(*) DESC, dataset_images LIMIT 10
"""


def rows_hash(connection: Connection, run_ids: Sequence[str], dataset_images: int | None) -> str:
    """Return the SHA-256 of stored runs; see `Registry.rows_hash`."""
    return _hash(_lines(connection, _GIVEN, {"run_ids": run_ids, "size": dataset_images}), run_ids)


def changed(connection: Connection) -> Iterator[tuple[str, int]]:
    """Yield name and version of those whose rows have another hash now; also where rows are gone."""
    lines = _lines(connection, _BEHIND_VERSIONS, {"application": None, "cluster": None, "size": None})
    versions = iter(connection.execute(_VERSIONS).fetchone, None)
    suspects = [version for version in versions if not _is_hash_of(lines, version)]
    for (application, cluster), group in groupby(suspects, itemgetter(0, 1)):
        left = list(group)
        for lines in _all_lines(connection, {"application": application, "cluster": cluster}):
            left = [version for version in left if not _is_hash_of(lines, version)]
            if not left:
                break
        yield from ((name, version) for _, _, name, version, _, _ in left)


def _all_lines(connection: Connection, pair: Mapping[str, str]) -> Iterator[Mapping[str, str]]:
    """Yield the lines of a pair's runs in every form that a hash may be of, likely ones first."""
    sizes = [size for (size,) in connection.execute(_SIZES, pair).fetchall()]
    for lacking, size in product(_ADDED, [*sizes, None]):
        yield _lines(connection, _BEHIND_VERSIONS, {**pair, "size": size}, lacking)


def _lines(
    connection: Connection, run_ids: str, parameters: Mapping[str, Any], lacking: frozenset[str] = frozenset()
) -> Mapping[str, str]:
    """Return the line of each run by its run_id; that of the header by an empty one."""
    names = [name for name in _CELLS if name not in lacking]
    line = ", ',', ".join(_CELLS[name] for name in names)
    sql = f"""
    SELECT run_id::VARCHAR, concat({line}, chr(10)) FROM runs
    WHERE status = 'ok' AND run_id IN (SELECT TRY_CAST(run_id AS UUID) FROM ({run_ids}) AS wanted(run_id))
    """  # noqa: S608 -- composed of our own SQL
    return {"": ",".join(names) + "\n", **dict(connection.execute(sql, parameters).fetchall())}


def _is_hash_of(lines: Mapping[str, str], version: Sequence[Any]) -> bool:
    return bool(_hash(lines, version[5]) == version[4])


def _hash(lines: Mapping[str, str], run_ids: Iterable[str]) -> str:
    return hashlib.sha256("".join(lines.get(run_id, "") for run_id in ["", *sorted(run_ids)]).encode()).hexdigest()
