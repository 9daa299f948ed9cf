"""How fast run logs come in, beside what only parses the same file.

Tables: a CSV of 1,000,000 runs. DuckDB's bare read_csv, into memory and into a table of a database file, against our
validation of every row (types, units, bounds, what columns say about each other, identity), and against the whole
import: hashed, validated, each run checked against the stored ones, committed with its upload record.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from store import open_store
from store.tables.examine import examined
from store.tables.files import opened

RUNS = """
COPY (
    SELECT ['resnet50', 'xception', 'inception_v4'][1 + i % 3] AS application,
           ['lab', 'paper-2020', 'emr'][1 + i // 3 % 3] AS cluster,
           1 + i % 16 AS num_executors, 1 + i // 16 % 8 AS executor_cores,
           (1 + i % 16) * (1 + i // 16 % 8) AS total_cores, 2 * (1 + i % 8) AS executor_memory_gb,
           [20, 50, 100][1 + i % 3] AS images_per_partition, [1, 10, 50, 100][1 + i % 4] AS sampling_rate_pct,
           NULL AS input_images, 10_000 AS dataset_images,
           CASE WHEN i % 50 THEN round(10 + random() * 5000, 3) END AS completion_time_s,
           CASE WHEN i % 50 THEN 'ok' ELSE 'oom' END AS status,
           CASE WHEN i % 50 THEN NULL ELSE 'oom_heap' END AS failure_kind,
           strftime(TIMESTAMP '2026-01-01' + INTERVAL (i) SECOND, '%Y-%m-%dT%H:%M:%SZ') AS started_at,
           '4.3.0' AS spark_version, 'campaign-' || i // 1000 AS campaign, i % 3 AS repeat,
           '{{"gc": "' || ['G1', 'ParallelGC'][1 + i % 2] || '"}}' AS settings
    FROM range({rows}) AS numbers(i)
) TO '{path}' (HEADER)
"""
ROUNDS = 3


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that `work` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def bare(csv: Path, database: str) -> None:
    """Read the file with DuckDB's own guesses into a table."""
    with duckdb.connect(database) as connection:
        connection.execute("CREATE TABLE runs AS FROM read_csv(?)", [str(csv)])


def validated(csv: Path) -> None:
    """Check every row and give each its identity; nothing is stored."""
    with opened(csv, csv.name) as file, examined(file) as found:
        assert found.runs().num_rows == found.rows


def imported(csv: Path, home: Path) -> None:
    """Import the file into a fresh store."""
    outcome = open_store(home).imports.add_file(csv)
    assert outcome.added == outcome.rows


def tables(rows: int) -> None:
    """Print the times of a CSV of so many runs, and their ratios."""
    with tempfile.TemporaryDirectory() as folder:
        csv = Path(folder) / "runs.csv"
        with duckdb.connect() as connection:
            connection.execute(RUNS.format(rows=rows, path=csv))
        print(f"CSV of {rows:,} runs, {csv.stat().st_size / 1e6:.0f} MB; best of {ROUNDS} rounds side by side")
        times: dict[str, list[float]] = {}
        for number in range(ROUNDS):
            path = Path(folder) / str(number)
            for name, work in {
                "read_csv into memory": lambda: bare(csv, ":memory:"),
                "read_csv into a database file": lambda path=path: bare(csv, f"{path}.duckdb"),
                "validated": lambda: validated(csv),
                "imported": lambda path=path: imported(csv, path),
            }.items():
                times.setdefault(name, []).append(timed(work))
        best = {name: min(seconds) for name, seconds in times.items()}
        for name, seconds in best.items():
            print(f"  {name:30} {seconds:6.2f} s")
        validation = best["validated"] / best["read_csv into memory"]
        whole = best["imported"] / best["read_csv into a database file"]
        print(f"  validated / read_csv into memory: {validation:.1f} times")
        print(f"  imported / read_csv into a database file: {whole:.1f} times")
        print(f"  peak memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")


def main() -> None:
    """Run the parts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="runs in the CSV (default: 1,000,000)")
    args = parser.parse_args()
    tables(args.rows)


if __name__ == "__main__":
    main()
