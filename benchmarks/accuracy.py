"""How well every scenario predicts configurations that it has never seen, and how often its intervals are right.

Data sets: the paper's cluster (reconstructed), our measured runs and trainings, and the public runs of
`benchmarks.datasets`. Each configuration is left out in turn with all its runs, and predicted for the whole data set by
a model of the rest; everything that a model chooses, it chooses again without the configuration. A cell is the mean
absolute percentage error (MAPE) over the configurations of an application.

    python -m benchmarks.accuracy [--datasets FOLDER] [--only bell,scout] [--applications NAMES]
                                  [--scenarios 5,ernest] [--intervals 5,3-2] [--most 10] [--full]

Perceptrons take part where there are few configurations; with `--full` also on scout's 69 configurations of 18 jobs,
which takes hours. Intervals need a fit for each pair of configurations: `--most` asks about so many of each
application, chosen at random with a fixed seed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import datasets
from benchmarks.left_out import EVERYTHING, LEVEL, SAMPLES, Coverage, Job, coverage, error
from perfmodel import demo
from perfmodel.evidence.causes import usable, with_real_cores
from perfmodel.evidence.jobs import comparable
from perfmodel.fitting.spread import on_cores
from perfmodel.scenarios import SCENARIOS
from perfmodel.search.techniques import TECHNIQUES

CLUSTER = ["num_executors", "executor_cores"]
NOT_ON_MANY = "mlp"
COVERED_PCT = (85, 97)


def all_datasets(root: Path) -> Iterator[tuple[str, pd.DataFrame, list[str]]]:
    """Each data set: name, runs, and the columns that tell configurations apart (the others are averaged away)."""
    yield "paper-2020", usable(demo.reconstructed_runs().assign(settings=None)), CLUSTER
    for name in (demo.INFERENCE, demo.TRAININGS):
        measured = [comparable(usable(own)) for _, own in demo.measured_runs(name).groupby("application")]
        yield name, with_real_cores(pd.concat(measured, ignore_index=True)), CLUSTER
    yield "bell", datasets.bell(root), CLUSTER
    scout = datasets.scout(root)
    yield "scout", scout[scout["status"] == "ok"], [*CLUSTER, "executor_memory_gb"]


def jobs(found: Sequence[tuple[str, pd.DataFrame, list[str]]], scenarios: Sequence[str], full: bool) -> Iterator[Job]:
    """A job for each data set, training, scenario and application, in the order in which they are printed."""
    for name, runs, configuration in found:
        techniques = [t for t in TECHNIQUES if full or t != NOT_ON_MANY or name != "scout"]
        for training in (EVERYTHING, SAMPLES):
            for scenario in scenarios:
                for application, own in runs.groupby("application"):
                    yield Job(name, str(application), scenario, techniques, training, own, configuration)


def errors(work: Sequence[Job]) -> pd.DataFrame:
    """``dataset``, ``training``, ``scenario``, ``application``, ``mape`` (percent), ``refused``."""
    rows = []
    for found in on_cores(error, work):
        job = found.job
        rows.append((job.dataset, job.training, job.scenario, job.application, found.mape, found.refused))
        print(f"\r{len(rows)} of {len(work)} jobs", end="", file=sys.stderr)
    print(file=sys.stderr)
    return pd.DataFrame(rows, columns=["dataset", "training", "scenario", "application", "mape", "refused"])


def print_errors(found: pd.DataFrame) -> None:
    """For each data set and training a line a scenario: mean and median over applications, then each application."""
    for (dataset, training), own in found.groupby(["dataset", "training"], sort=False):
        print(f"\n{dataset}, trained on {training}: MAPE of left-out configurations (%)")
        for scenario, cells in own.groupby("scenario", sort=False):
            values = cells["mape"].dropna()
            summary = f"mean {values.mean():7.2f}  median {values.median():7.2f}" if len(values) else "not fitted"
            each = [f"{cell['application']} {_cell(cell)}" for _, cell in cells.iterrows()]
            print(f"  {scenario:9s} {summary}   {'  '.join(each)}")


def _cell(cell: pd.Series) -> str:
    return f"({cell['refused']})" if cell["refused"] else f"{cell['mape']:.2f}"


def in_order(found: pd.DataFrame, work: Sequence[Job]) -> pd.DataFrame:
    """The rows in the order of the jobs, whatever order they were done in."""
    order = {(j.dataset, j.training, j.scenario, j.application): i for i, j in enumerate(work)}
    keys = found[["dataset", "training", "scenario", "application"]].itertuples(index=False, name=None)
    return found.iloc[np.argsort([order[key] for key in keys])].reset_index(drop=True)


def verdicts(found: pd.DataFrame) -> Iterator[str]:
    """Scenario 5 against Ernest and the better of 3-2 and 4-2; on paper-2020, a product by construction, against 4-2.

    Scenarios count where every application of the data set has an error.
    """
    for (dataset, training), own in found.groupby(["dataset", "training"], sort=False):
        complete = own.groupby("scenario")["mape"].agg(lambda values: values.mean(skipna=False)).dropna()
        if "5" not in complete:
            continue
        ours = complete["5"]
        where = f"{dataset}, trained on {training}"
        if dataset == "paper-2020":
            if "4-2" in complete:
                within = ours - complete["4-2"] <= 1
                yield f"{where}: 5 has {ours:.2f}, 4-2 {complete['4-2']:.2f}: {_verdict(within)} within one point"
            continue
        product = complete.reindex(["3-2", "4-2"]).dropna()
        others = {"ernest": complete.get("ernest"), **({product.idxmin(): product.min()} if len(product) else {})}
        for name, theirs in others.items():
            if theirs is not None:
                yield f"{where}: 5 has {ours:.2f}, {name} {theirs:.2f}: {_verdict(ours < theirs)} below"


def _verdict(holds: bool) -> str:
    return "yes," if holds else "NO, not"


def print_coverage(work: Sequence[Job], most: int | None) -> None:
    """A line a scenario and data set, and one over all."""
    which = "configurations" if most is None else f"at most {most} random configurations an application,"
    print(f"\nCoverage of nominal {LEVEL:.0%} intervals, {which} left out of the model and of its intervals")
    done = list(on_cores(partial(coverage, most=most), work))
    for scenario in dict.fromkeys(job.scenario for job in work):
        own = [one for one in done if one.job.scenario == scenario]
        for dataset in dict.fromkeys(job.dataset for job in work):
            print(f"  {scenario:9s} {dataset:11s} {_covered([one for one in own if one.job.dataset == dataset])}")
        if hits := [hit for one in own for hit in one.inside]:
            inside = COVERED_PCT[0] <= 100 * np.mean(hits) <= COVERED_PCT[1]
            print(f"  {scenario:9s} {'all':11s} {_covered(own)}; {_verdict(inside)} between {COVERED_PCT} %")


def _covered(found: Sequence[Coverage]) -> str:
    hits = [hit for one in found for hit in one.inside]
    if not hits:
        return f"not measured: {found[0].refused}"
    width = np.median([width for one in found for width in one.high_over_low])
    refused = sum(bool(one.refused) for one in found)
    note = f" ({refused} applications refused)" if refused else ""
    return f"{100 * np.mean(hits):6.1f} % of {len(hits)}, upper over lower bound {width:.2f} (median){note}"


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.accuracy", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--datasets", help=f"folder of the public data sets ({datasets.DEFAULT_FOLDER})")
    parser.add_argument("--only", help="comma-separated data sets")
    parser.add_argument("--applications", help="comma-separated; all by default")
    parser.add_argument("--scenarios", default=",".join(SCENARIOS), help="comma-separated")
    parser.add_argument("--intervals", default="5", help="scenarios whose intervals are checked, comma-separated")
    parser.add_argument("--most", type=int, metavar="N", help="configurations with intervals checked; default: all")
    parser.add_argument("--full", action="store_true", help="perceptrons on scout too")
    args = parser.parse_args()
    try:
        found = list(all_datasets(datasets.folder(args.datasets)))
    except datasets.MissingDatasetError as missing:
        print(f"error: {missing}", file=sys.stderr)
        return 2
    found = [one for one in found if not args.only or one[0] in _names(args.only)]
    if args.applications:
        wanted = _names(args.applications)
        found = [(name, runs[runs["application"].isin(wanted)], keys) for name, runs, keys in found]
    found = [one for one in found if len(one[1])]
    if scenarios := _names(args.scenarios):
        for one in found:
            work = list(jobs([one], scenarios, args.full))
            table = in_order(errors(work), work)
            print_errors(table)
            print(*verdicts(table), sep="\n", flush=True)
    checked = [job for job in jobs(found, _names(args.intervals), args.full) if job.training == EVERYTHING]
    if checked:
        print_coverage(checked, args.most)
    return 0


def _names(text: str) -> list[str]:
    return [name for name in text.split(",") if name]


if __name__ == "__main__":
    sys.exit(main())
