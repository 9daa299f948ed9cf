"""Many writers, readers and kill -9 on one store: what was acknowledged is there, once.

Processes x threads write one run at a time, each in a transaction of its own; a run counts as acknowledged when the
call has returned and its run_id has left the process. Readers look at the store all the while. Now and then a writing
process is killed with SIGKILL and another takes over what it had not acknowledged. In the end every run must be in the
store exactly once, with its task. Exits with 1 when one is not, or when a writer gave up.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from store import RunRecord, open_store

RUN = {
    "application": "resnet50",
    "cluster": "lab",
    "num_executors": 4,
    "executor_cores": 2,
    "executor_memory_gb": 8,
    "sampling_rate_pct": 100,
    "completion_time_s": 12.5,
}
READER_PAUSE_S = 0.05
COMMAND = [sys.executable, "-m", "benchmarks.concurrency"]


def write(home: Path, threads: int, run_ids: Sequence[str]) -> None:
    """Write these runs from several threads; print each run_id and its wait once it is stored."""
    store = open_store(home)

    def one(run_id: str) -> None:
        start = time.perf_counter()
        store.runs.add_records([RunRecord({**RUN, "run_id": run_id}, [{"task_id": 1}])])
        print(f"{run_id} {time.perf_counter() - start:.3f}\n", end="", flush=True)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(one, run_ids))


def read(home: Path) -> None:
    """Look at the store until stdin closes; print the wait of each look."""
    store, stop = open_store(home), threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()
    while not stop.wait(READER_PAUSE_S):
        start = time.perf_counter()
        store.runs.pairs()
        print(f"{time.perf_counter() - start:.3f}", flush=True)


@dataclass
class Writer:
    """A writing process and what it still owes; replaced when it is killed."""

    home: Path
    threads: int
    owed: list[str]
    waits: list[float] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    kills: int = 0
    status: int = 0

    def run(self) -> None:
        """Write everything, whatever happens to the process."""
        while self.owed:
            command = [*COMMAND, "write", str(self.home), str(self.threads)]
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            with self.process:
                self.process.stdin.write("\n".join(self.owed))
                self.process.stdin.close()
                self._listen()
            if self.process.returncode > 0:
                self.status = self.process.returncode
                return

    def _listen(self) -> None:
        for line in self.process.stdout:
            run_id, _, wait = line.rstrip("\n").partition(" ")
            if line.endswith("\n") and wait:  # what a killed process printed half of was not acknowledged
                self.acknowledged.append(run_id)
                self.waits.append(float(wait))
        done = set(self.acknowledged)
        self.owed = [run_id for run_id in self.owed if run_id not in done]

    def kill(self) -> None:
        """Kill the process at whatever it is doing."""
        self.kills += 1
        self.process.kill()


def campaign(home: Path, args: argparse.Namespace) -> bool:
    """Write, read and kill; print what came of it and say whether all is well."""
    open_store(home)
    dice = random.Random(args.seed)  # noqa: S311
    ids = [
        [str(uuid.UUID(int=dice.getrandbits(128))) for _ in range(args.threads * args.writes)]
        for _ in range(args.processes)
    ]
    writers = [Writer(home, args.threads, list(owed)) for owed in ids]
    command = [*COMMAND, "read", str(home)]
    readers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(args.readers)
    ]
    start = time.perf_counter()
    threads = [threading.Thread(target=writer.run) for writer in writers]
    for thread in threads:
        thread.start()
    for _ in range(args.kills):
        time.sleep(dice.uniform(1, 5))
        alive = [writer for writer, thread in zip(writers, threads, strict=True) if thread.is_alive()]
        if alive:
            dice.choice(alive).kill()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - start
    looks = [float(wait) for reader in readers for wait in reader.communicate()[0].split()]
    return _report(home, [one for some in ids for one in some], writers, looks, seconds)


def _report(home: Path, ids: list[str], writers: list[Writer], looks: list[float], seconds: float) -> bool:
    store = open_store(home)
    runs, tasks = store.runs.load(), store.runs.all_tasks()
    waits = [wait for writer in writers for wait in writer.waits]
    acknowledged = {run_id for writer in writers for run_id in writer.acknowledged}
    lost = acknowledged - set(runs["run_id"])
    doubled = int(runs["run_id"].duplicated().sum() + tasks["run_id"].duplicated().sum())
    unwritten = len(set(ids) - set(runs["run_id"]))
    once = not lost and not doubled and set(tasks["run_id"]) == set(runs["run_id"])
    gave_up = sum(writer.status != 0 for writer in writers)
    print(f"{len(ids):,} runs written in {seconds:.0f} s, {sum(writer.kills for writer in writers)} kills")
    print(
        f"  {len(acknowledged):,} acknowledged: {len(lost)} lost, {doubled} doubled, {unwritten} of all never written"
    )
    print(f"  writers that gave up: {gave_up}")
    print(f"  longest wait of a write {max(waits):.2f} s, of a look {max(looks):.2f} s; {len(looks):,} looks")
    return once and not gave_up and not unwritten


def main() -> int:
    """Run the campaign, or one of its processes."""
    if sys.argv[1:2] == ["write"]:
        write(Path(sys.argv[2]), int(sys.argv[3]), sys.stdin.read().split())
        return 0
    if sys.argv[1:2] == ["read"]:
        read(Path(sys.argv[2]))
        return 0
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--threads", type=int, default=4, help="of each process")
    parser.add_argument("--writes", type=int, default=100, help="of each thread")
    parser.add_argument("--readers", type=int, default=2)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    with tempfile.TemporaryDirectory() as folder:
        return 0 if campaign(Path(folder) / "home", parser.parse_args()) else 1


if __name__ == "__main__":
    sys.exit(main())
