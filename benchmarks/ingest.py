"""How fast run logs come in, beside what only parses the same file.

Tables: a CSV of 1,000,000 runs. DuckDB's bare read_csv, into memory and into a table of a database file, against our
validation of every row (types, units, bounds, what columns say about each other, identity), and against the whole
import: hashed, validated, each run checked against the stored ones, committed with its upload record.

Event logs: the tasks of a real log (Spark 3.2, 5 kB a task) repeated to more than 500 MB, and to four times that.
Python's json, line by line, against our reader (every task kept, and the run made of them) and against the whole import
into a fresh store: hashed, read, committed. Each is a process of its own, with its peak memory.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb

from store import open_store
from store.eventlogs.application import Application
from store.eventlogs.codecs import Budget, Decoded
from store.eventlogs.entries import of_path
from store.eventlogs.reading import found_logs, read_log
from store.eventlogs.run import Supplied, logged_run
from store.eventlogs.tasks import TaskSpool
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
           '{{"gc": "' || ['G1', 'ParallelGC'][1 + i % 2] || '", "load": ' || i % 997 / 100 || '}}' AS settings
    FROM range({rows}) AS numbers(i)
) TO '{path}' (HEADER)
"""
ROUNDS = 3
TABLE_TIMES = 4.0  # at most, of the bare read_csv
LOG_TIMES = 5.0  # at least, as fast as json line by line
PEAK_MB = 1000.0
DATA = Path(__file__).parents[1] / "tests" / "store" / "data" / "eventlogs"
REAL_LOG = DATA / "nvidia" / "eventlog_4nodes_8cores_dynamic_alloc.zstd"
TASK_END = b'{"Event":"SparkListenerTaskEnd"'


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


def tables(rows: int) -> bool:
    """Print the times of a CSV of so many runs, and their ratios; whether these are what is wanted."""
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
        print(f"  validated / read_csv into memory: {validation:.1f} times (wanted at most {TABLE_TIMES:g})")
        print(f"  imported / read_csv into a database file: {whole:.1f} times (wanted at most {TABLE_TIMES:g})")
        print(f"  peak memory of this process: {own_peak_mb():.0f} MB")
    return max(validation, whole) <= TABLE_TIMES


def write_log(path: Path, megabytes: int) -> int:
    """Write a long log; return its number of tasks."""
    with Decoded(REAL_LOG.open("rb"), Budget(REAL_LOG.stat().st_size)) as decoded:
        lines = decoded.readall().splitlines(keepends=True)
    tasks = [line for line in lines if line.startswith(TASK_END)]
    block, repeats = b"".join(tasks), megabytes * 1_000_000 // sum(map(len, tasks)) + 1
    first = lines.index(tasks[0])
    with path.open("wb") as log:
        log.write(b"".join(line for line in lines[:first] if not line.startswith(TASK_END)))
        for _ in range(repeats):
            log.write(block)
        log.write(b"".join(line for line in lines[first:] if not line.startswith(TASK_END)))
    return repeats * len(tasks)


def log_with_json(path: Path) -> int:
    """Parse every line; return the number of tasks."""
    with path.open(encoding="utf-8") as lines:
        return sum(json.loads(line)["Event"] == "SparkListenerTaskEnd" for line in lines)


def log_read(path: Path) -> int:
    """Make a run of the log, its tasks ready to be stored; return their number."""
    entries = of_path(path)
    budget = Budget(path.stat().st_size)
    with closing(TaskSpool()) as tasks, found_logs(entries, budget) as logs:
        run = logged_run(read_log(logs[0], Application(), budget, tasks.add))
        with tasks.reader() as reader:
            assert sum(batch.num_rows for batch in reader) == run.tasks
    return run.tasks


def log_imported(path: Path) -> int:
    """Import the log into a fresh store; return the number of its tasks there."""
    with tempfile.TemporaryDirectory(dir=path.parent) as home:
        store = open_store(home)
        store.eventlogs.add(path, Supplied(application="a", cluster="c", sampling_rate_pct=100))
        with duckdb.connect(str(store.home.database), read_only=True) as connection:
            return len(connection.execute("SELECT task_id FROM tasks").fetchnumpy()["task_id"])


READERS: dict[str, Callable[[Path], int]] = {"json": log_with_json, "read": log_read, "imported": log_imported}


def measure(name: str, path: Path) -> None:
    """Print what a reader of logs finds and takes, as JSON: of this process."""
    before, start = time.process_time(), time.perf_counter()
    tasks = READERS[name](path)
    wall_s, cpu_s = time.perf_counter() - start, time.process_time() - before
    print(json.dumps({"tasks": tasks, "wall_s": wall_s, "cpu_s": cpu_s, "peak_mb": own_peak_mb()}))


def own_peak_mb() -> float:
    """Return the peak memory of this process; that of `getrusage` has its parent's in it."""
    [peak] = [line for line in Path("/proc/self/status").read_text("ascii").splitlines() if line.startswith("VmHWM:")]
    return int(peak.split()[1]) * 1.024 / 1000


def measured(name: str, path: Path, tasks: int, rounds: int = ROUNDS) -> dict[str, float]:
    """Return the least that a reader took, each time in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.ingest", "measure", name, str(path)]
    found = []
    for _ in range(rounds):
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        found.append(json.loads(done.stdout))
        assert found[-1]["tasks"] == tasks, found[-1]
    return {key: min(one[key] for one in found) for key in ("wall_s", "cpu_s")} | {
        "peak_mb": max(one["peak_mb"] for one in found)
    }


def eventlogs(megabytes: int) -> bool:
    """Print the times of a long event log, their ratios, and the memory that four times as much takes; whether all is
    what is wanted.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "app-1"
        tasks = write_log(path, megabytes)
        print(f"event log of {path.stat().st_size / 1e6:.0f} MB, {tasks:,} tasks; best of {ROUNDS} processes each")
        found = {name: measured(name, path, tasks) for name in READERS}
        for name, one in found.items():
            print(f"  {name:10} {one['wall_s']:6.2f} s, {one['cpu_s']:6.2f} CPU s, peak {one['peak_mb']:4.0f} MB")
        read, imported = (found["json"]["wall_s"] / found[name]["wall_s"] for name in ("read", "imported"))
        print(f"  json / read: {read:.1f} times (wanted at least {LOG_TIMES:g}); json / imported: {imported:.1f} times")
        tasks = write_log(path, 4 * megabytes)
        peaks = [measured(name, path, tasks, rounds=1)["peak_mb"] for name in ("read", "imported")]
        print(f"  four times as long: peak {peaks[0]:.0f} and {peaks[1]:.0f} MB (wanted below {PEAK_MB:g})")
    return read >= LOG_TIMES and max(*peaks, found["read"]["peak_mb"], found["imported"]["peak_mb"]) < PEAK_MB


def main() -> int:
    """Run the parts; return 0 when all ratios are what is wanted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", nargs="*", default=["tables", "eventlogs"], help="tables, eventlogs (default: both)")
    parser.add_argument("--rows", type=int, default=1_000_000, help="runs in the CSV (default: 1,000,000)")
    parser.add_argument("--megabytes", type=int, default=550, help="of the event log (default: 550)")
    args = parser.parse_args()
    if args.part[0] == "measure":
        measure(args.part[1], Path(args.part[2]))
        return 0
    results = []
    if "tables" in args.part:
        results.append(tables(args.rows))
    if "eventlogs" in args.part:
        results.append(eventlogs(args.megabytes))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
