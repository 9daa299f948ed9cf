"""A step of 2,000 images: plain NumPy, TensorFlow in one process, and both ways to share it on two Spark executors.

And on a GPU, where there is one. All arms then train anew, and must reach the same accuracy epoch by epoch.

Each arm is a fresh process tree that warms up and then makes its steps, timed as a whole; all have the same two CPUs.
Arms take turns, in another order each round, so that a busy neighbour does not decide: the ratio of a round compares
what ran within the same minutes, and the median over the rounds is the result. Beside it stands what a deck measured:
Spark 5.1 times slower than plain NumPy.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.steps.common import LEARNING_RATE
from benchmarks.turns import add_turns, home_of, in_turns
from runner.clusters.affinity import assign_cpus
from runner.clusters.environment import run_environment
from runner.runs.execution import execute_run
from runner.spec import RunSpec
from runner.training.deck import deck
from runner.training.gpu import why_no_gpu
from runner.training.order import Training

NUMPY, TENSORFLOW, GPU = "plain NumPy", "TensorFlow, one process", "TensorFlow on the GPU"
SPARK = ("driver", "barrier")
SLOWER_THAN_TENSORFLOW = 1.15  # at most
FASTER_THAN_NUMPY = 5.0  # at least
SAME_ACCURACY_PCT = 1.0  # points; sums of other orders round differently
NUMPY_STEPS = 3  # they are long


class Measured(NamedTuple):
    """Seconds of a step once warm, and of its parts; the accuracy after each epoch of a short training."""

    step_s: float
    compute_s: float
    exchange_s: float
    accuracies_pct: list[float]

    @classmethod
    def read(cls, content: dict[str, Any]) -> Measured:
        """Return what `benchmarks.steps.common.measure` returned."""
        return cls(*(content[name] for name in cls._fields))

    def __str__(self) -> str:
        return f"{self.step_s:.3f} s a step"


def make_spec(arguments: argparse.Namespace, home: Path, arm: str, device: str = "cpu") -> RunSpec:
    """Return the order sheet of two executors with a core each."""
    cpus = assign_cpus([1, 1])
    return RunSpec(
        run_id=arm,
        work_dir=str(home / "work" / arm),
        application=arm,
        executor_cores=[1, 1],
        executor_memory_mib=1024,
        images=arguments.batch,
        tasks=arguments.steps,
        batch_size=arguments.batch,
        seed=0,
        task_cpus=1,
        launch_timeout_s=300,
        timeout_s=3600,
        executor_cpus=cpus.executors,
        other_cpus=cpus.others,
        program="benchmarks.steps.on_spark",
        # Spark and TensorFlow are set up as for a training.
        training=Training(arm, 1, LEARNING_RATE, (), (), "", device).as_json(),
    )


def on_spark(arm: str) -> Callable[[argparse.Namespace, Path], Measured]:
    """Return the function that measures a way of sharing steps."""

    def run(arguments: argparse.Namespace, home: Path) -> Measured:
        spec = make_spec(arguments, home, arm)
        result = execute_run(spec, [], home).result
        shutil.rmtree(spec.folder)
        if not result["ok"]:
            sys.exit(f"{arm} failed: {result['error']}")
        return Measured.read(result)

    return run


def alone(kernel: str, device: str = "cpu") -> Callable[[argparse.Namespace, Path], Measured]:
    """Return the function that measures one process, on the CPUs that the executors have in the other arms."""

    def run(arguments: argparse.Namespace, home: Path) -> Measured:
        spec = make_spec(arguments, home, kernel, device)
        spec.temporary_dir.mkdir(parents=True)
        steps = NUMPY_STEPS if kernel == "numpy" else arguments.steps
        command = [sys.executable, "-m", "benchmarks.steps.alone", kernel, device, str(arguments.batch), str(steps)]
        # Also where executors have no CPUs of their own: a thread a CPU would be more than their two.
        cpus = [*itertools.chain(*spec.executor_cpus)] or sorted(os.sched_getaffinity(0))[: sum(spec.executor_cores)]
        done = subprocess.run(
            [*command, str(home / "datasets")],
            env=run_environment(home, spec),
            preexec_fn=lambda: os.sched_setaffinity(0, cpus),
            stdout=subprocess.PIPE,
            check=True,
        )
        shutil.rmtree(spec.folder)
        return Measured.read(json.loads(done.stdout))

    return run


ARMS = {NUMPY: alone("numpy"), TENSORFLOW: alone("tensorflow")} | {arm: on_spark(arm) for arm in SPARK}


def ratio(measured: dict[str, list[Measured]], arm: str, peer: str) -> float:
    """Return the median over the rounds of how long a step of `arm` takes, in steps of `peer`."""
    pairs = zip(measured[arm], measured[peer], strict=True)
    return statistics.median(one.step_s / other.step_s for one, other in pairs)


def report(measured: dict[str, list[Measured]]) -> bool:
    """Print medians, parts, accuracies and ratios; whether they are what is wanted."""
    for arm, rounds in measured.items():
        step, compute, exchange = (statistics.median(column) for column in [*zip(*rounds, strict=True)][:3])
        rest = max(0.0, step - compute - exchange)
        print(f"{arm:<24} {step:.3f} s a step: compute {compute:.3f}, exchange {exchange:.3f}, scheduling {rest:.3f}")
    good = report_accuracies({arm: rounds[0].accuracies_pct for arm, rounds in measured.items()})
    for arm in SPARK:
        slower, faster = ratio(measured, arm, TENSORFLOW), 1 / ratio(measured, arm, NUMPY)
        print(f"ratio: {arm} takes {slower:.3f} of {TENSORFLOW} (wanted at most {SLOWER_THAN_TENSORFLOW})")
        print(f"ratio: {arm} is {faster:.1f} times as fast as {NUMPY} (wanted at least {FASTER_THAN_NUMPY:g})")
        good &= slower <= SLOWER_THAN_TENSORFLOW and faster >= FASTER_THAN_NUMPY
    theirs = deck()["spark_step_s"] / deck()["naive_step_s"]
    ours = min(ratio(measured, arm, NUMPY) for arm in SPARK)
    print(f"the deck: Spark takes {theirs:.1f} of plain NumPy's time; here the faster way takes {ours:.2f} of it")
    return good


def report_accuracies(reached: dict[str, list[float]]) -> bool:
    """Print the test accuracy after each epoch; whether it is what one process reaches."""
    for arm, accuracies in reached.items():
        print(f"{arm:<24} test accuracy by epoch: {', '.join(f'{one:.1f} %' for one in accuracies)}")
    apart = max(abs(one - reached[TENSORFLOW][epoch]) for arm in reached.values() for epoch, one in enumerate(arm))
    print(f"accuracies are at most {apart:.1f} points apart from one process's (wanted at most {SAME_ACCURACY_PCT:g})")
    return apart <= SAME_ACCURACY_PCT


def main() -> int:
    """Compare, report, and return 0 when all ratios are what is wanted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batch", type=int, default=2000)
    parser.add_argument("--steps", type=int, default=25, help="25 of 2,000 images are an epoch of CIFAR-10")
    add_turns(parser)
    arguments = parser.parse_args()
    arms = ARMS
    if reason := why_no_gpu(None):
        print(f"{GPU}: skipped, {reason}")
    else:
        arms = ARMS | {GPU: alone("tensorflow", "gpu")}
    with home_of(arguments) as home:
        return 0 if report(in_turns([*arms], arguments.rounds, lambda arm: arms[arm](arguments, home))) else 1


if __name__ == "__main__":
    sys.exit(main())
