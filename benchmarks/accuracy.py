"""How well every scenario predicts configurations that it has never seen, and how often its intervals are right.

Data sets: the paper's cluster (reconstructed), our measured runs, and the public runs of `benchmarks.datasets`. Each
configuration is left out in turn with all its runs, and predicted for the whole data set by a model of the rest;
everything that a model chooses, it chooses again without the configuration. A cell is the mean absolute percentage
error (MAPE) over the configurations of an application, averaged over applications.

    python -m benchmarks.accuracy [--datasets FOLDER] [--only bell,scout] [--scenarios 5,ernest] [--intervals 5]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from benchmarks import datasets
from perfmodel import demo, intervals
from perfmodel.accuracy import mape
from perfmodel.errors import NotEnoughRunsError
from perfmodel.published import applications
from perfmodel.reconstruct import reconstruct
from perfmodel.regressor import DEFAULT_TECHNIQUES
from perfmodel.regressors import regressor_for
from perfmodel.scenarios import FULL, RATE, SCENARIOS, scenario_named

LEVEL = 0.9
SEED = 0
CLUSTER = ["num_executors", "executor_cores"]


class Dataset(NamedTuple):
    """Runs in the run-log contract, and the columns that tell configurations apart (the others are averaged away)."""

    name: str
    runs: pd.DataFrame
    configuration: list[str]


class Protocol(NamedTuple):
    """Which of the runs a model learns from."""

    name: str
    keep: Callable[[pd.DataFrame], pd.DataFrame]


PROTOCOLS = (
    Protocol("everything", lambda runs: runs),
    Protocol("samples only", lambda runs: runs[runs[RATE] < FULL]),
)


def all_datasets(root: Path) -> Iterator[Dataset]:
    """Every data set; says so where our own runs are missing."""
    paper = pd.concat([reconstruct(application) for application in applications()], ignore_index=True)
    yield Dataset("paper-2020", paper, CLUSTER)
    try:
        measured = demo.measured_runs()
    except FileNotFoundError:
        print("measured: no runs yet, left out")
    else:
        oversubscribed = measured["settings"].map(lambda settings: bool(settings.get("oversubscribed")))
        yield Dataset("measured", measured[(measured["status"] == "ok") & ~oversubscribed], CLUSTER)
    yield Dataset("bell", datasets.bell(root), CLUSTER)
    scout = datasets.scout(root)
    yield Dataset("scout", scout[scout["status"] == "ok"], [*CLUSTER, "executor_memory_gb"])


def fitted(name: str, runs: pd.DataFrame, techniques: Sequence[str]):
    """The named scenario, fitted on runs."""
    scenario = scenario_named(name)
    rows = scenario.training_rows(scenario.average(runs))
    return regressor_for(scenario, techniques, SEED).fit(rows, rows["completion_time_s"])


def left_out(
    runs: pd.DataFrame, configuration: Sequence[str], together: Sequence[str]
) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    """The averages of the configurations that are left out together, at the largest sampling rate, and other runs."""
    largest = runs[RATE].max()
    for _, own in runs.groupby(list(together)):
        asked = own[own[RATE] == largest]
        if len(asked):
            averages = asked.groupby(list(configuration)).mean(numeric_only=True).reset_index()
            yield averages, runs.drop(index=own.index)


def held_out(
    name: str,
    runs: pd.DataFrame,
    dataset: Dataset,
    protocol: Protocol,
    techniques: Sequence[str],
    together: Sequence[str],
) -> np.ndarray:
    """Actual and predicted seconds of each configuration, shape (2, n_configurations)."""
    found = []
    for asked, others in left_out(runs, dataset.configuration, together):
        model = fitted(name, protocol.keep(others), techniques)
        found.append((asked["completion_time_s"].to_numpy(), model.predict(asked)))
    return np.concatenate(found, axis=1)


def cell(name: str, dataset: Dataset, protocol: Protocol, techniques: Sequence[str]) -> dict[str, float] | str:
    """MAPE in percent by application, or why there is none."""
    if protocol.name == "samples only" and dataset.runs[RATE].nunique() < 3:
        return "one sampling rate"
    try:
        return {
            str(application): mape(*held_out(name, runs, dataset, protocol, techniques, dataset.configuration))
            for application, runs in dataset.runs.groupby("application")
        }
    except NotEnoughRunsError as error:
        return str(error)


def coverage(name: str, dataset: Dataset, techniques: Sequence[str]) -> dict[str, float]:
    """Share of left-out configurations inside their interval, and the median interval's upper over lower bound.

    Nested: an interval is made of the errors of leaving out the training configurations in turn, by executors and
    cores as `perfmodel.accuracy` does.
    """
    hits, widths = [], []
    for _, runs in dataset.runs.groupby("application"):
        for asked, others in left_out(runs, dataset.configuration, dataset.configuration):
            actual, predicted = held_out(name, others, dataset, PROTOCOLS[0], techniques, CLUSTER)
            half = intervals.half_width(intervals.log_ratios(actual, predicted), LEVEL)
            half *= 1 + _doublings(asked, others)
            answer = fitted(name, others, techniques).predict(asked)
            hits.append(abs(intervals.log_ratios(asked["completion_time_s"], answer)[0]) <= half)
            widths.append(np.exp(2 * half))
    return {"configurations": len(hits), "covered_pct": 100 * np.mean(hits), "high_over_low": float(np.median(widths))}


def _doublings(asked: pd.DataFrame, others: pd.DataFrame) -> float:
    """How far outside the profiled range, as `perfmodel.model` counts it."""
    asked, others = (frame.assign(total_cores=frame[CLUSTER].prod(axis=1)) for frame in (asked, others))
    ranges = {column: (others[column].min(), others[column].max()) for column in (*CLUSTER, RATE, "total_cores")}
    return float(intervals.doublings_outside(asked, ranges)[0])


def print_accuracy(dataset: Dataset, names: Sequence[str], techniques: Sequence[str]) -> None:
    """A line a scenario and protocol: the mean over applications, then each application."""
    print(f"\n{dataset.name}: MAPE of left-out configurations (%), mean over applications and each")
    for protocol in PROTOCOLS:
        for name in names:
            found = cell(name, dataset, protocol, techniques)
            text = found if isinstance(found, str) else _cells(found)
            print(f"  {protocol.name:13s} {name:9s} {text}", flush=True)


def _cells(by_application: dict[str, float]) -> str:
    mean = np.mean(list(by_application.values()))
    return f"{mean:7.2f}   " + "  ".join(f"{name} {value:.2f}" for name, value in by_application.items())


def print_coverage(found: Sequence[Dataset], names: Sequence[str], techniques: Sequence[str]) -> None:
    """A line a scenario and data set, and one over all."""
    print(f"\nNested coverage of nominal {LEVEL:.0%} intervals")
    for name in names:
        hits, total = 0.0, 0
        for dataset in found:
            try:
                one = coverage(name, dataset, techniques)
            except NotEnoughRunsError as error:
                print(f"  {name:9s} {dataset.name:11s} not measured: {error}")
                continue
            hits, total = hits + one["covered_pct"] * one["configurations"], total + one["configurations"]
            print(
                f"  {name:9s} {dataset.name:11s} {one['covered_pct']:6.1f} % of {one['configurations']}, "
                f"upper over lower bound {one['high_over_low']:.2f} (median)",
                flush=True,
            )
        print(f"  {name:9s} {'all':11s} {hits / total:6.1f} % of {total}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy", description=__doc__)
    parser.add_argument("--datasets", help=f"folder of the public data sets ({datasets.DEFAULT_FOLDER})")
    parser.add_argument("--only", help="comma-separated data sets")
    parser.add_argument("--scenarios", default=",".join(SCENARIOS), help="comma-separated")
    parser.add_argument("--techniques", default=",".join(DEFAULT_TECHNIQUES), help="comma-separated")
    parser.add_argument("--intervals", default="5", help="scenarios whose intervals are checked, comma-separated")
    args = parser.parse_args()
    try:
        found = list(all_datasets(datasets.folder(args.datasets)))
    except datasets.MissingDatasetError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    wanted = [one for one in found if not args.only or one.name in args.only.split(",")]
    techniques = args.techniques.split(",")
    for dataset in wanted:
        print_accuracy(dataset, [name for name in args.scenarios.split(",") if name], techniques)
    print_coverage(wanted, [name for name in args.intervals.split(",") if name], techniques)
    return 0


if __name__ == "__main__":
    sys.exit(main())
