"""The same search on two Spark executors and one trial after the other in one process: elapsed seconds, and results.

Both do everything from their start: the cluster and its executors count, and so does loading TensorFlow. Only the
images are there before, as many as CIFAR-10 has: a search that is over in two minutes hardly outlasts the start.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from runner.clusters.conf import WORKERS_ON_CPUS
from runner.clusters.software import check_java
from runner.commands.training_options import TEST_SHARE
from runner.inputs.cifar import make_cifar_like
from runner.tuning.study import Study
from runner.tuning.trial import run_trial

AT_MOST = 0.6  # of the serial time, on two otherwise idle cores
STUDY = "benchmark"


def on_spark(arguments: argparse.Namespace, home: Path) -> tuple[float, dict[str, float]]:
    """Search with the command; return its seconds and the accuracy of each trial."""
    command = [sys.executable, "-m", "runner", "tune", "--executors", "2", "--study", STUDY, "--home", str(home)]
    sizes = ["--images", str(arguments.images), "--trials", str(arguments.trials), "--epochs", str(arguments.epochs)]
    started = time.perf_counter()
    done = subprocess.run([*command, *sizes, "--json"], stdout=subprocess.PIPE, check=True)
    seconds = time.perf_counter() - started
    return seconds, {str(trial["number"]): trial["accuracy_pct"] for trial in json.loads(done.stdout)["trials"]}


def serially(folder: Path) -> tuple[float, dict[str, float]]:
    """Search the same study in a fresh process; return its seconds and the accuracy of each trial."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "benchmarks.tuning", "--serial", str(folder)]
    done = subprocess.run(command, stdout=subprocess.PIPE, env=os.environ | WORKERS_ON_CPUS, check=True)
    return time.perf_counter() - started, json.loads(done.stdout)


def search(folder: Path) -> None:
    """Make all trials of a study here, and print the accuracy of each."""
    order, found = Study(folder).order(), {}

    def make(number, chosen):
        found[number] = run_trial(order.trials, chosen).accuracy_pct
        return lambda: found[number]

    order.search.run(make)
    print(json.dumps(found))


def main() -> int:
    """Compare; return 0 when the ratio is what is wanted and the results are the same."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=50_000)
    parser.add_argument("--trials", type=int, default=12)
    parser.add_argument("--epochs", type=int, default=6, help="of a trial")
    parser.add_argument("--serial", type=Path, metavar="FOLDER", help="make the trials of this study, one by one")
    arguments = parser.parse_args()
    if arguments.serial is not None:
        search(arguments.serial)
        return 0
    check_java()
    with tempfile.TemporaryDirectory() as home:
        make_cifar_like(Path(home) / "datasets", arguments.images, arguments.images // TEST_SHARE, seed=0)
        spark_s, on_executors = on_spark(arguments, Path(home))
        serial_s, alone = serially(Path(home) / "tuning" / STUDY)
    ratio = spark_s / serial_s
    print(f"{arguments.trials} trials: {spark_s:.1f} s on two executors, {serial_s:.1f} s one after the other")
    print(f"ratio: {ratio:.3f} (wanted at most {AT_MOST}); same results: {on_executors == alone}")
    return 0 if ratio <= AT_MOST and on_executors == alone else 1


if __name__ == "__main__":
    sys.exit(main())
