"""``python -m perfmodel``: fit, predict, recommend, report, residuals, effects, and the demo data."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from perfmodel import catalog
from perfmodel.commands.fit import add_fit, outcome_text
from perfmodel.commands.predict import add_predict
from perfmodel.commands.recommend import add_recommend
from perfmodel.commands.report import add_effects, add_report, add_residuals
from perfmodel.fitting.spread import on_cores
from store import open_store
from store.cli import add_home, add_json, run


def _demo(args: argparse.Namespace) -> int:
    store = open_store(args.home)
    pairs = catalog.add_demo_runs(store)
    for outcome in catalog.fit_pairs(store, pairs, catalog.FIRST_SCENARIOS, spread=on_cores):
        print(outcome_text(outcome), flush=True)
    return 0


def _add_pair(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--application", required=True, help="the CNN job, e.g. resnet50")
    parser.add_argument("--cluster", required=True, help="the cluster that its runs come from")
    add_home(parser)
    add_json(parser)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m perfmodel", description="Fit models and ask them.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    fit = commands.add_parser("fit", help="fit scenarios on the runs of an application and cluster")
    _add_pair(fit)
    add_fit(fit)

    predict = commands.add_parser("predict", help="time, interval and cost of a configuration, or of many")
    _add_pair(predict)
    add_predict(predict)

    recommended = commands.add_parser("recommend", help="the configuration that serves a deadline or a budget best")
    _add_pair(recommended)
    add_recommend(recommended)

    report = commands.add_parser("report", help="accuracy, t1, t2, T of every scenario, beside the paper's")
    add_home(report)
    add_json(report)
    add_report(report)

    left = commands.add_parser("residuals", help="actual and predicted time of each run of the fits")
    _add_pair(left)
    add_residuals(left)

    effect = commands.add_parser("effects", help="scaled time by each column, as in the paper's tables 2-6")
    _add_pair(effect)
    add_effects(effect)

    demo = commands.add_parser("demo", help="load the demo clusters and fit their models")
    add_home(demo)
    demo.set_defaults(func=_demo)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; return the exit status."""
    return run(_parser(), argv)


if __name__ == "__main__":
    sys.exit(main())
