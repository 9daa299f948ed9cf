"""What Spark costs: our job, a plain Keras loop and pyspark's predict_batch_udf on the same images, cores and threads.

Each arm is a fresh process tree that warms up on a few batches and then classifies all images, timed. Arms take turns,
in another order each round, so that a busy neighbour does not decide: the ratio of a round compares what ran within the
same minutes, and the median over the rounds is the result.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.turns import add_turns, home_of, in_turns
from runner.clusters.affinity import assign_cpus
from runner.clusters.environment import run_environment
from runner.inputs.images import Dataset
from runner.inputs.manifest import write_manifest
from runner.inputs.synthetic import make_synthetic
from runner.networks.applications import get_application
from runner.plans.plan import count_tasks, fit_batch
from runner.runs.execution import execute_run
from runner.spec import RunSpec

ROOT = Path(__file__).resolve().parents[1]
WANTED = {"plain Keras loop": 0.95, "predict_batch_udf": 1.0}
OURS = "our Spark job"


@dataclass(frozen=True)
class Measured:
    """Images a second once warm; seconds until then, the process's start included."""

    images_per_s: float
    start_up_s: float

    def __str__(self) -> str:
        return f"{self.images_per_s:6.2f} images/s"


def on_spark(program: str) -> Callable[[RunSpec, Dataset, Path], dict[str, float]]:
    """Return the function that runs a driver on a private cluster and returns its times."""

    def run(spec: RunSpec, dataset: Dataset, home: Path) -> dict[str, float]:
        result = execute_run(replace(spec, program=program), dataset.images, home).result
        if not result["ok"]:
            sys.exit(f"{program} failed: {result['error']}")
        return result

    return run


def alone(spec: RunSpec, dataset: Dataset, home: Path) -> dict[str, float]:
    """Run the plain loop on the CPUs that the executor has in the other arms, and return its times."""
    spec.temporary_dir.mkdir(parents=True)
    write_manifest(spec.manifest, dataset.images)
    cpus = spec.executor_cpus[0] if spec.executor_cpus else os.sched_getaffinity(0)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.overhead.plain", str(spec.write())],
        env=run_environment(home, spec),
        preexec_fn=lambda: os.sched_setaffinity(0, cpus),
        stdout=subprocess.PIPE,
        check=True,
    )
    return json.loads(done.stdout)


ARMS = {
    OURS: on_spark("benchmarks.overhead.ours"),
    "plain Keras loop": alone,
    "predict_batch_udf": on_spark("benchmarks.overhead.udf"),
}


def measure(arm: str, spec: RunSpec, dataset: Dataset, home: Path) -> Measured:
    """Run one arm once."""
    start = time.perf_counter()
    times = ARMS[arm](spec, dataset, home)
    wall_s = time.perf_counter() - start
    shutil.rmtree(spec.folder)
    return Measured(spec.images / times["seconds"], wall_s - times["seconds"])


def make_spec(arguments: argparse.Namespace, home: Path) -> RunSpec:
    """Return the order sheet that all arms share: one executor with one core."""
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
        timeout_s=3600,
        executor_cpus=cpus.executors,
        other_cpus=cpus.others,
    )


def compare(arguments: argparse.Namespace, home: Path) -> dict[str, list[Measured]]:
    """Return what each arm measured, round by round."""
    spec, dataset = make_spec(arguments, home), make_synthetic(home / "datasets", arguments.images, seed=0)
    return in_turns([*ARMS], arguments.rounds, lambda arm: measure(arm, spec, dataset, home))


def report(measured: dict[str, list[Measured]]) -> bool:
    """Print medians and ratios; whether all ratios are what is wanted."""
    for arm, rounds in measured.items():
        speed = statistics.median(one.images_per_s for one in rounds)
        start_up = statistics.median(one.start_up_s for one in rounds)
        print(f"{arm:<18} {speed:6.2f} images/s once warm, start-up {start_up:5.1f} s")
    good = True
    for peer, wanted in WANTED.items():
        pairs = zip(measured[OURS], measured[peer], strict=True)
        ratios = sorted(ours.images_per_s / theirs.images_per_s for ours, theirs in pairs)
        median = statistics.median(ratios)
        print(f"ratio to {peer}: {median:.3f} (rounds {ratios[0]:.3f} to {ratios[-1]:.3f}; wanted {wanted:.2f})")
        good &= median >= wanted
    return good


def main() -> int:
    """Compare, report, and return 0 when all ratios are what is wanted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--application", default="resnet50")
    parser.add_argument("--images", type=int, default=640)
    parser.add_argument("--images-per-partition", type=int, default=160)
    add_turns(parser)
    arguments = parser.parse_args()
    with home_of(arguments) as home:
        return 0 if report(compare(arguments, home)) else 1


if __name__ == "__main__":
    sys.exit(main())
