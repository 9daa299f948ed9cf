"""What Spark costs: our job, a plain Keras loop and pyspark's predict_batch_udf on the same images, cores and threads.

Each arm is a process tree of its own. All are up and warm at once, and only the one whose turn it is works: it
classifies the images of a turn, half a minute of work or more. Machines get faster and slower by the minute, so what is
compared is what ran within the same minutes, and the median over the rounds is the result. Arms go in another order
each round.
"""

from __future__ import annotations

import argparse
import itertools
import json
import multiprocessing
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.overhead.common import POLL_S, Turns
from benchmarks.turns import add_turns, home_of, in_turns
from runner.clusters.affinity import assign_cpus
from runner.clusters.environment import run_environment
from runner.clusters.processes import die_with_parent
from runner.inputs.images import Dataset
from runner.inputs.manifest import write_manifest
from runner.inputs.synthetic import make_synthetic
from runner.networks.applications import get_application
from runner.plans.plan import count_tasks, fit_batch
from runner.runs.execution import execute_run
from runner.spec import RunSpec

OURS, PLAIN, UDF = "our Spark job", "plain Keras loop", "predict_batch_udf"
ARMS = {OURS: "benchmarks.overhead.ours", PLAIN: "benchmarks.overhead.plain", UDF: "benchmarks.overhead.udf"}
WANTED = {PLAIN: 0.95, UDF: 1.0}


def on_spark(spec: RunSpec, dataset: Dataset, home: Path) -> None:
    """Run the driver of an arm on a private cluster until there are no more turns."""
    die_with_parent()
    result = execute_run(spec, dataset.images, home).result
    if not result["ok"]:
        sys.exit(f"{spec.program} failed: {result['error']}")


def alone(spec: RunSpec, dataset: Dataset, home: Path) -> None:
    """Run the plain loop until there are no more turns, on the CPUs that the executor has in the other arms."""
    die_with_parent()
    write_manifest(spec.manifest, dataset.images)
    if spec.executor_cpus:
        os.sched_setaffinity(0, spec.executor_cpus[0])
    command = [sys.executable, "-m", spec.program, str(spec.write())]
    subprocess.run(command, env=run_environment(home, spec), preexec_fn=die_with_parent, check=True)


class Speed(float):
    """Images a second."""

    def __str__(self) -> str:
        return f"{float(self):6.2f} images/s"


@contextmanager
def running(arm: str, spec: RunSpec, dataset: Dataset, home: Path) -> Iterator[Callable[[], float]]:
    """Start an arm, and end it afterwards; gives the function that lets it have a turn and returns the seconds."""
    turns, numbers = Turns(spec), itertools.count()
    spec.temporary_dir.mkdir(parents=True)
    run = alone if arm == PLAIN else on_spark
    process = multiprocessing.get_context("spawn").Process(target=run, args=(spec, dataset, home))
    process.start()

    def take() -> float:
        turn = next(numbers)
        turns.asked(turn).touch()
        while not turns.answer(turn).exists():
            if not process.is_alive():
                sys.exit(f"{arm} ended before its turn {turn} did")
            time.sleep(POLL_S)
        return float(json.loads(turns.answer(turn).read_text(encoding="utf-8"))["seconds"])

    try:
        yield take
    finally:
        turns.over.touch()
        process.join()
        shutil.rmtree(spec.folder)


def make_spec(arguments: argparse.Namespace, home: Path, arm: str) -> RunSpec:
    """Return the order sheet of an arm: one executor with one core, the same one for all."""
    tasks = count_tasks(arguments.images, arguments.images_per_partition)
    cpus = assign_cpus([1])
    return RunSpec(
        run_id="overhead",
        work_dir=str(home / "work" / "overhead"),
        application=arguments.application,
        executor_cores=[1],
        executor_memory_mib=1024,
        images=arguments.images,
        tasks=tasks,
        batch_size=fit_batch(arguments.images, tasks, get_application(arguments.application).batch_size),
        seed=0,
        task_cpus=1,
        launch_timeout_s=300,
        timeout_s=24 * 3600,
        executor_cpus=cpus.executors,
        other_cpus=cpus.others,
        program=ARMS[arm],
    )


def compare(arguments: argparse.Namespace, home: Path) -> dict[str, list[Speed]]:
    """Return what each arm measured, round by round."""
    dataset = make_synthetic(home / "datasets", arguments.images, seed=0)
    with ExitStack() as stack:
        turns = {}
        for number, arm in enumerate(ARMS):
            own, start = home / f"arm-{number}", time.perf_counter()
            turns[arm] = stack.enter_context(running(arm, make_spec(arguments, own, arm), dataset, own))
            turns[arm]()
            print(f"{arm:<24} first batch done after {time.perf_counter() - start:5.1f} s", flush=True)
        return in_turns([*ARMS], arguments.rounds, lambda arm: Speed(arguments.images / turns[arm]()))


def report(measured: dict[str, list[Speed]], images: int) -> bool:
    """Print medians and ratios; whether all ratios are what is wanted."""
    for arm, rounds in measured.items():
        print(f"{arm:<18} {Speed(statistics.median(rounds))} once warm, {images * len(rounds):,} images")
    good = True
    for peer, wanted in WANTED.items():
        ratios = sorted(ours / theirs for ours, theirs in zip(measured[OURS], measured[peer], strict=True))
        median = statistics.median(ratios)
        print(f"ratio to {peer}: {median:.3f} (rounds {ratios[0]:.3f} to {ratios[-1]:.3f}; wanted {wanted:.2f})")
        good &= median >= wanted
    return good


def main() -> int:
    """Compare, report, and return 0 when all ratios are what is wanted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--application", default="resnet50")
    parser.add_argument("--images", type=int, default=640, help="of a turn")
    parser.add_argument("--images-per-partition", type=int, default=160)
    add_turns(parser, rounds=5)
    arguments = parser.parse_args()
    with home_of(arguments) as home:
        return 0 if report(compare(arguments, home), arguments.images) else 1


if __name__ == "__main__":
    sys.exit(main())
