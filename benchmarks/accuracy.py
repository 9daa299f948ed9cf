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
from perfmodel.boosted import BoostedTrees
from perfmodel.ernest import Ernest
from perfmodel.errors import NotEnoughRunsError
from perfmodel.law import SmoothLaw
from perfmodel.published import applications
from perfmodel.reconstruct import reconstruct
from perfmodel.regressor import DEFAULT_TECHNIQUES, ScenarioRegressor
from perfmodel.scenarios import FULL, RATE, SCENARIOS, scenario_named

LEVEL = 0.9
LAWS = {"5": SmoothLaw, "ernest": Ernest, "boosted": BoostedTrees}
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


def fitted(name: str, runs: pd.DataFrame, configuration: Sequence[str], techniques: Sequence[str]):
    """The named scenario, fitted on runs."""
    if name in SCENARIOS:
        scenario = scenario_named(name)
        rows = scenario.training_rows(scenario.average(runs))
        return ScenarioRegressor(name, techniques).fit(rows, rows["completion_time_s"])
    rows = runs.groupby([*configuration, RATE])["completion_time_s"].mean().reset_index()
    return LAWS[name]().fit(rows, rows["completion_time_s"])


def left_out(runs: pd.DataFrame, configuration: Sequence[str]) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    """Each configuration's average at the largest sampling rate (one row), and the runs of all the others."""
    largest = runs[RATE].max()
    for _, own in runs.groupby(list(configuration)):
        asked = own[own[RATE] == largest]
        if len(asked):
            yield asked.mean(numeric_only=True).to_frame().T, runs.drop(index=own.index)


def held_out(name: str, runs: pd.DataFrame, dataset: Dataset, protocol: Protocol, techniques: Sequence[str]):
    """Actual and predicted seconds of each configuration, shape (n_configurations, 2)."""
    rows = []
    for asked, others in left_out(runs, dataset.configuration):
        model = fitted(name, protocol.keep(others), dataset.configuration, techniques)
        rows.append((asked["completion_time_s"].iloc[0], model.predict(asked)[0]))
    return np.array(rows)


def cell(name: str, dataset: Dataset, protocol: Protocol, techniques: Sequence[str]) -> dict[str, float] | str:
    """MAPE in percent by application, or why there is none."""
    if protocol.name == "samples only" and dataset.runs[RATE].nunique() < 3:
        return "one sampling rate"
    try:
        return {
            str(application): mape(*held_out(name, runs, dataset, protocol, techniques).T)
            for application, runs in dataset.runs.groupby("application")
        }
    except NotEnoughRunsError as error:
        return str(error)


def coverage(name: str, dataset: Dataset, techniques: Sequence[str]) -> dict[str, float]:
    """Share of left-out configurations inside their interval, and the median interval's upper over lower bound.

    Nested: the errors that make an interval are those of leaving out the training configurations in turn.
    """
    hits, widths = [], []
    for _, runs in dataset.runs.groupby("application"):
        for asked, others in left_out(runs, dataset.configuration):
            actual, predicted = held_out(name, others, dataset, PROTOCOLS[0], techniques).T
            half = intervals.half_width(intervals.log_ratios(actual, predicted), LEVEL)
            half *= 1 + _doublings(asked, others)
            answer = fitted(name, others, dataset.configuration, techniques).predict(asked)
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
            one = coverage(name, dataset, techniques)
            hits, total = hits + one["covered_pct"] * one["configurations"], total + one["configurations"]
            print(
                f"  {name:9s} {dataset.name:11s} {one['covered_pct']:6.1f} % of {one['configurations']}, "
                f"upper over lower bound {one['high_over_low']:.2f} (median)",
                flush=True,
            )
        print(f"  {name:9s} {'all':11s} {hits / total:6.1f} % of {total}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy", description=__doc__)
    names = [*SCENARIOS, *(name for name in LAWS if name not in SCENARIOS)]
    parser.add_argument("--datasets", help=f"folder of the public data sets ({datasets.DEFAULT_FOLDER})")
    parser.add_argument("--only", help="comma-separated data sets")
    parser.add_argument("--scenarios", default=",".join(names), help="comma-separated")
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
