"""What each query of a page takes with a million runs and ten thousand model versions in one store.

Beside each: a plain DuckDB full scan, all columns, of the largest table that the query looks at, in the same run. Both
open the file anew, as every operation of the store does. Then the tasks of all runs are compacted to Parquet, and what
reads tasks is measured again. What changes the store is measured once each: a run is logged, a table and an event log
are imported and taken back.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import duckdb
import pandas as pd

from store import RunRecord, Store, open_store
from store.eventlogs.run import Supplied
from store.registry.artifacts import Artifacts
from store.runs.selection import Order, Selection

ROUNDS = 3
INTERACTIVE_S = 1.0
APPLICATIONS, CLUSTERS = 20, 50  # a thousand pairs
APPLICATION, CLUSTER = "cnn-7", "cluster-7"
NAME = f"{APPLICATION}@{CLUSTER}/4-2"
TASKS_A_RUN = 50
LOG = Path(__file__).parents[1] / "tests/store/data/eventlogs/nvidia/eventlog_4nodes_8cores_dynamic_alloc.zstd"

FILL = {
    "runs": """
        INSERT INTO runs BY NAME
        SELECT md5(i::VARCHAR)::UUID AS run_id, 'cnn-' || i % {applications} AS application,
               'cluster-' || i // {applications} % {clusters} AS cluster, 1 + i // 1000 % 16 AS num_executors,
               1 + i // 16000 % 8 AS executor_cores, num_executors * executor_cores AS total_cores,
               [2.0, 4.0, 8.0][1 + i % 3] AS executor_memory_gb, [20, 50, 100][1 + i % 3] AS images_per_partition,
               [1.0, 10.0, 100.0][1 + i // 3 % 3] AS sampling_rate_pct, 10_000 AS dataset_images,
               CASE WHEN i % 50 THEN 10 + random() * 5000 END AS completion_time_s,
               CASE WHEN i % 50 THEN 'ok' ELSE 'oom' END AS status,
               CASE WHEN i % 50 THEN NULL ELSE 'oom_heap' END AS failure_kind,
               TIMESTAMP '2026-01-01' + to_seconds(i) AS started_at, '4.3.0' AS spark_version,
               'campaign-' || i // 1000 AS campaign, i % 3 AS repeat, 'uploaded' AS origin, '{{"gc":"G1"}}' AS settings,
               'upload-' || i // 1000 AS upload_id, TIMESTAMP '2026-01-01' + to_seconds(i) AS stored_at
        FROM range({runs}) AS numbers(i)
    """,
    "tasks": """
        INSERT INTO tasks BY NAME
        SELECT run_id, 0 AS stage_id, t AS task_id, (t % 4)::VARCHAR AS executor_id, 1000 * t AS launch_ms,
               1000 * t + (random() * 5000)::BIGINT AS finish_ms, (random() * 5000)::BIGINT AS run_ms,
               (random() * 1e9)::BIGINT AS cpu_ns, false AS failed
        FROM runs, range({tasks}) AS numbers(t) WHERE repeat = 0 AND runs.sampling_rate_pct = 100
    """,
    "executors": """
        INSERT INTO executors BY NAME
        SELECT run_id, e::VARCHAR AS executor_id, 'host-' || e AS host, 2 AS cores, 1000 AS added_ms, 25 AS tasks
        FROM runs, range(4) AS numbers(e) WHERE repeat = 0 AND sampling_rate_pct = 100
    """,
    "uploads": """
        INSERT INTO uploads BY NAME
        SELECT 'upload-' || i AS upload_id, 'runs-' || i || '.csv' AS name, sha256(i::VARCHAR) AS sha256, 1000 AS rows,
               1000 AS added, TIMESTAMP '2026-01-01' + to_minutes(i) AS uploaded_at
        FROM range({runs} // 1000) AS numbers(i)
    """,
    "models": """
        INSERT INTO models BY NAME
        SELECT 1 + i // {pairs} AS version,
               'cnn-' || i % {applications} AS application, 'cluster-' || i // {applications} % {clusters} AS cluster,
               application || '@' || cluster || '/4-2' AS name,
               '4-2' AS scenario, '{{"final":"ridge"}}' AS techniques, '{{"final":{{"alpha":1.0}}}}' AS params,
               0 AS seed,
               '{{"features":[],"ranges":{{"num_executors":[1,16]}}}}' AS feature_schema,
               list_transform(range(100), lambda r: md5((i % {pairs} + r * {pairs})::VARCHAR)::UUID::VARCHAR)
                   AS training_run_ids,
               '' AS data_sha256, md5(i::VARCHAR) AS fingerprint, '{{"numpy":"2.4.6"}}' AS environment,
               '{artefact}' AS artefact_sha256, 5 AS artefact_bytes,
               TIMESTAMP '2026-01-01' + to_seconds(i) AS created_at
        FROM range({versions}) AS numbers(i)
    """,
    "metrics": """
        INSERT INTO metrics
        SELECT name, version, metric, 'paper', random() * 100, 'percent' FROM models,
               unnest(['accuracy', 'mape', 't1', 't2', 'T']) AS metrics(metric)
    """,
    "alias_events": """
        INSERT INTO alias_events SELECT name, 'champion', version, version, created_at FROM models
    """,
}


@dataclass(frozen=True)
class Query:
    """What a page asks, and the largest table that it looks at."""

    asks: str
    table: str
    ask: Callable[[Store], object]


QUERIES = (
    Query("applications and clusters that have runs", "runs", lambda store: store.runs.pairs()),
    Query("the runs that a model learns from", "runs", lambda s: s.runs.load(APPLICATION, CLUSTER, status="ok")),
    Query("the first page of all runs", "runs", lambda s: s.runs.page(Selection(), Order(), 0, 50)),
    Query("a page in the middle", "runs", lambda s: s.runs.page(Selection(), Order(), 50_000, 50)),
    Query("a page of a campaign", "runs", lambda s: s.runs.page(Selection(campaigns=("campaign-7",)), None, 0, 50)),
    Query("a page that a word is in", "runs", lambda s: s.runs.page(Selection(words="oom"), Order(), 0, 50)),
    Query("runs by origin and status", "runs", lambda s: s.runs.counts(Selection())),
    Query("campaigns that have runs", "runs", lambda s: s.runs.campaigns()),
    Query("uploads", "uploads", lambda s: s.uploads.load()),
    Query("executors of a run", "executors", lambda s: s.runs.executors(some_run(s))),
    Query("all versions", "models", lambda s: s.registry.load()),
    Query("versions of a pair", "models", lambda s: s.registry.load(APPLICATION, CLUSTER)),
    Query("figures of all versions", "metrics", lambda s: s.registry.figures()),
    Query("figures of a pair", "metrics", lambda s: s.registry.figures(APPLICATION, CLUSTER)),
    Query("the champion", "models", lambda s: s.registry.get(NAME)),
    Query("what differs between two versions", "models", lambda s: s.registry.compare(NAME, 1, 2)),
    Query("history of aliases", "alias_events", lambda s: s.registry.alias_history(NAME)),
)
OF_TASKS = (
    Query("tasks of a run", "tasks", lambda s: s.runs.tasks(some_run(s))),
    Query("tasks of a pair", "tasks", lambda s: s.runs.all_tasks(APPLICATION, CLUSTER)),
)
_run: list[str] = []


def some_run(store: Store) -> str:
    """Return the run_id of a run that has tasks; looked up before anything is timed."""
    if not _run:
        with duckdb.connect(str(store.home.database), read_only=True) as connection:
            _run.extend(str(run_id) for (run_id,) in connection.execute("SELECT run_id FROM tasks LIMIT 1").fetchall())
    return _run[0]


def fill(store: Store, runs: int, versions: int) -> None:
    """Write so many runs and versions, with what belongs to them."""
    artefact = Artifacts(store.home.artifacts).put(b"model")
    sizes = {"runs": runs, "versions": versions, "tasks": TASKS_A_RUN, "pairs": APPLICATIONS * CLUSTERS}
    with duckdb.connect(str(store.home.database)) as connection:
        for table, sql in FILL.items():
            connection.execute(sql.format(**sizes, applications=APPLICATIONS, clusters=CLUSTERS, artefact=artefact))
            [(rows,)] = connection.execute(f"SELECT count(*) FROM {table}").fetchall()  # noqa: S608
            print(f"  {table}: {rows:,} rows")
    some_run(store)
    names = store.registry.load()["name"].unique()  # all versions of a model learned from the same runs
    hashes = [(store.registry.rows_hash(store.registry.get(name).training_run_ids, None), name) for name in names]
    with duckdb.connect(str(store.home.database)) as connection:
        connection.executemany("UPDATE models SET data_sha256 = ? WHERE name = ?", hashes)


def scan(store: Store, table: str) -> None:
    """Read every column of every row with plain DuckDB."""
    with duckdb.connect(str(store.home.database), read_only=True) as connection:
        connection.execute(f"SELECT max(hash(COLUMNS(*))) FROM {table}").fetchall()  # noqa: S608


def seconds(work: Callable[[], object]) -> float:
    """Return the least time of some rounds."""
    found = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return min(found)


def measure(store: Store, queries: tuple[Query, ...], scans: dict[str, float]) -> None:
    """Print what each query takes, and how that compares with a scan."""
    for query in queries:
        if query.table not in scans:
            scans[query.table] = seconds(lambda table=query.table: scan(store, table))
        took, peer = seconds(lambda ask=query.ask: ask(store)), scans[query.table]
        slow = "  NOT interactive" if took > INTERACTIVE_S else ""
        print(f"  {query.asks:40} {took:6.3f} s  {took / peer:5.2f} x a scan of {query.table} ({peer:.3f} s){slow}")


def act(store: Store, folder: Path) -> None:
    """Print what it takes to change a store of this size."""
    run = {
        "application": APPLICATION, "cluster": CLUSTER, "num_executors": 2, "executor_cores": 2,
        "executor_memory_gb": 2.0, "sampling_rate_pct": 100.0, "completion_time_s": 1.5,
    }  # fmt: skip
    table = folder / "runs.csv"
    pd.DataFrame([run | {"repeat": number} for number in range(1_000)]).to_csv(table, index=False)
    supplied = Supplied(APPLICATION, CLUSTER, 100.0)
    uploads: list[str] = []
    acts: dict[str, Callable[[], object]] = {
        "open the store": lambda: open_store(store.home.root),
        "log a run with its tasks": lambda: store.runs.add_records([RunRecord(run, [{"task_id": 1}])]),
        "import a table of 1,000 runs": lambda: uploads.append(store.imports.add_file(table).upload_id),
        "import an event log": lambda: uploads.append(store.eventlogs.add(LOG, supplied)[0].upload_id),
        "take the table back": lambda: store.uploads.undo(uploads[0]),
        "take the log back": lambda: store.uploads.undo(uploads[1]),
    }
    for name, work in acts.items():
        start = time.perf_counter()
        work()
        print(f"  {name:40} {time.perf_counter() - start:6.3f} s")


def megabytes(path: Path) -> str:
    """Return the size of a file."""
    return f"{path.stat().st_size / 1e6:.0f} MB"


def main() -> None:
    """Fill a store, ask, copy it, compact, and ask again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1_000_000)
    parser.add_argument("--versions", type=int, default=10_000)
    args = parser.parse_args()
    scans: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder) / "home")
        fill(store, args.runs, args.versions)
        print(f"a database of {megabytes(store.home.database)}; best of {ROUNDS} rounds")
        measure(store, QUERIES + OF_TASKS, scans)
        act(store, Path(folder))
        start = time.perf_counter()
        assert store.verify() == (args.versions, [])
        print(f"verify took {time.perf_counter() - start:.2f} s")
        start = time.perf_counter()
        copy = store.snapshots.make()
        print(f"a snapshot of {megabytes(copy)} took {time.perf_counter() - start:.2f} s")
        start = time.perf_counter()
        moved = store.task_files.compact(timedelta(0))
        print(f"{moved.tasks:,} tasks of {moved.runs:,} runs compacted in {time.perf_counter() - start:.2f} s")
        copy = store.snapshots.make()
        print(
            f"  {megabytes(moved.file)} of Parquet; database {megabytes(store.home.database)}, copied {megabytes(copy)}"
        )
        measure(store, OF_TASKS, scans)


if __name__ == "__main__":
    main()
