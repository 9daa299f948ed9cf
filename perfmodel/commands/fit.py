"""``python -m perfmodel fit``: scenarios fitted on the cores of this machine or on Spark, and registered."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from perfmodel import catalog
from perfmodel.errors import PerfmodelError
from perfmodel.fitting.spark import spark_executors
from perfmodel.fitting.spread import Spread, on_cores
from perfmodel.report.explanations import origins_text
from perfmodel.scenarios import SCENARIOS, scenario_named
from perfmodel.scores.accuracy import HELD_OUT, PAPER
from perfmodel.search.techniques import TECHNIQUES, technique_named
from store import open_store
from store.cli import DEBUG, print_json
from store.durations import duration

ALL = "all"


def add_fit(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to its parser, which has --application, --cluster, --home and --json."""
    parser.add_argument("--scenarios", default=ALL, help=_names(tuple(SCENARIOS)))
    parser.add_argument("--techniques", default=ALL, help=_names(tuple(TECHNIQUES)))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--backend",
        choices=("local", "spark"),
        default="local",
        help="where the fits run: all cores of this machine (default), or the executors of a Spark cluster",
    )
    parser.add_argument("--master", metavar="URL", help="the Spark to fit on; default: as Spark is configured")
    parser.set_defaults(func=_fit)


def _names(known: Sequence[str]) -> str:
    return f"{ALL}, or a comma-separated choice of {', '.join(known)}"


def _chosen(text: str, known: Sequence[str], look_up: Callable[[str], Any]) -> list[str]:
    names = list(known) if text == ALL else list(dict.fromkeys(name.strip() for name in text.split(",")))
    for name in names:
        look_up(name)
    return names


def _fit(args: argparse.Namespace) -> int:
    scenarios = _chosen(args.scenarios, tuple(SCENARIOS), scenario_named)
    techniques = _chosen(args.techniques, tuple(TECHNIQUES), technique_named)
    store = open_store(args.home)
    application, cluster = (None if name == ALL else name for name in (args.application, args.cluster))
    pairs = catalog.pairs(store, application, cluster)
    outcomes = []
    with _spread(args) as spread:
        for outcome in catalog.fit_pairs(store, pairs, scenarios, techniques, args.seed, spread):
            outcomes.append(outcome)
            place = f"[{len(outcomes)}/{len(pairs) * len(scenarios)}]"
            print(f"{place} {outcome_text(outcome)}", file=sys.stderr if args.json else sys.stdout, flush=True)
    if args.json:
        print_json([vars(outcome) for outcome in outcomes])
    else:
        for pair in pairs:
            print(f"{'@'.join(pair)}: from {origins_text(catalog.usable_runs(store, *pair))}")
    if all(outcome.refused for outcome in outcomes):
        raise PerfmodelError("no scenario could be fitted; the reasons are above")
    return 0


@contextmanager
def _spread(args: argparse.Namespace) -> Iterator[Spread]:
    if args.backend == "local":
        if args.master:
            raise PerfmodelError("--master is the address of a Spark cluster; add --backend spark to fit there")
        yield on_cores
        return
    print(f"starting Spark ({args.master or 'as it is configured'}) and waiting for its executors", file=sys.stderr)
    with spark_executors(args.master, quiet=os.environ.get(DEBUG) != "1") as spread:
        yield spread


def outcome_text(outcome: catalog.FitOutcome) -> str:
    """One line for people about a model that was fitted, known or refused."""
    if outcome.refused:
        return f"{outcome.name}: not fitted: {outcome.refused}"
    known = "" if outcome.created else " (the same model was registered before)"
    scores = ", ".join(
        f"{outcome.accuracy[protocol]:.2f} % {label}"
        for protocol, label in ((PAPER, "by the paper's protocol"), (HELD_OUT, "on configurations never seen"))
        if protocol in outcome.accuracy
    )
    times = f"t1 {duration(outcome.t1_s)}, t2 {duration(outcome.t2_s)}"
    return f"{outcome.name} v{outcome.version}{known}: accuracy {scores}; {times}"
