"""``python -m perfmodel report``, ``residuals`` and ``effects``: what the models and the runs show."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import pandas as pd

from perfmodel import artifacts, catalog
from perfmodel.commands.fit import outcome_text
from perfmodel.errors import NotEnoughRunsError, PerfmodelError
from perfmodel.evidence.effects import effects
from perfmodel.fitting.spread import on_cores
from perfmodel.model import ScenarioModel
from perfmodel.report import page as report_page
from perfmodel.report.figures import Fit, Pair, report
from perfmodel.report.technique_scores import ScoreJob, has_techniques, score
from perfmodel.scenarios import SCENARIOS
from perfmodel.scores.residuals import residuals
from perfmodel.search.techniques import TECHNIQUES
from store import Store, model_name, open_store
from store.cli import FORMATS, print_frame, print_json
from store.frames import plain_records


def add_report(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``report`` to its parser, which has --home and --json."""
    parser.add_argument("--application", help="default: all")
    parser.add_argument("--cluster", help="default: all")
    parser.add_argument("--out", type=Path, metavar="NAME", help="also save NAME.md and NAME.html")
    parser.set_defaults(func=_report)


def add_residuals(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``residuals`` to its parser, which has --application, --cluster, --home and --json."""
    parser.add_argument("--scenario", help="default: all that are fitted")
    parser.add_argument("--format", choices=FORMATS, default="table", help="default: table")
    parser.set_defaults(func=_residuals)


def add_effects(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``effects`` to its parser, which has --application, --cluster, --home and --json."""
    parser.add_argument("--task-time", action="store_true", help="of tasks (table 6) instead of whole runs")
    parser.set_defaults(func=_effects)


def _report(args: argparse.Namespace) -> int:
    store = open_store(args.home)
    found = report(_pairs(store, args.application, args.cluster))
    text = report_page.markdown(found)
    if args.json:
        frames = {name: plain_records(frame) for name, frame in vars(found).items() if name != "texts"}
        texts = [{"application": a, "cluster": c, "texts": texts} for (a, c), texts in found.texts.items()]
        print_json({**frames, "texts": texts})
    else:
        print(text, end="")
    if args.out:
        _save(args.out.with_name(f"{args.out.name}.md"), text)
        _save(args.out.with_name(f"{args.out.name}.html"), report_page.html(found))
    return 0


def _pairs(store: Store, application: str | None, cluster: str | None) -> list[Pair]:
    """Each pair with its models, fitted where they are not; a pair without usable runs is said and left out."""
    found = {pair: catalog.usable_runs(store, *pair) for pair in catalog.pairs(store, application, cluster)}
    usable = {pair: runs for pair, runs in found.items() if not runs.empty}
    for name, where in found.keys() - usable.keys():
        print(f"{name} on {where}: left out, no run ended well on cores of its own", file=sys.stderr)
    if not usable:
        raise NotEnoughRunsError("no run ended well on cores of its own; see: python -m store runs")
    outcomes = {}
    for outcome in catalog.fit_pairs(store, list(usable), techniques=tuple(TECHNIQUES), spread=on_cores):
        print(outcome_text(outcome), file=sys.stderr, flush=True)
        outcomes[outcome.name] = outcome
    fits = {pair: [_fit(store, outcomes[model_name(*pair, scenario)]) for scenario in SCENARIOS] for pair in usable}
    scores = _technique_scores([(pair, fit.model) for pair in usable for fit in fits[pair] if fit.model], usable)
    return [
        Pair(*pair, runs, catalog.with_task_seconds(store, runs), fits[pair], scores) for pair, runs in usable.items()
    ]


def _technique_scores(
    models: list[tuple[tuple[str, str], ScenarioModel]], runs: dict[tuple[str, str], pd.DataFrame]
) -> pd.DataFrame:
    jobs = [ScoreJob(*pair, model, runs[pair]) for pair, model in models if has_techniques(model)]
    if not jobs:
        return pd.DataFrame()
    print(f"scoring each technique by itself in {len(jobs)} models", file=sys.stderr, flush=True)
    return pd.concat(on_cores(score, jobs))


def _fit(store: Store, outcome: catalog.FitOutcome) -> Fit:
    if outcome.version is None:
        return Fit(outcome, None)
    return Fit(outcome, artifacts.load(store.registry.artefact(outcome.name, outcome.version)))


def _save(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise PerfmodelError(f"--out: cannot write {path}: {error.strerror}") from error
    print(f"saved {path}", file=sys.stderr)


def _residuals(args: argparse.Namespace) -> int:
    store = open_store(args.home)
    champions = catalog.champions(store, args.application, args.cluster)
    runs = catalog.usable_runs(store, args.application, args.cluster)
    found = []
    for name in [args.scenario] if args.scenario else champions:
        champion = catalog.champion_of(champions, name)
        full_name = model_name(args.application, args.cluster, name)
        found.append(residuals(champion.model, catalog.training_runs(store, full_name, champion.version, runs)))
    print_frame(pd.concat(found, ignore_index=True), "json" if args.json else args.format)
    return 0


def _effects(args: argparse.Namespace) -> int:
    store = open_store(args.home)
    [pair] = catalog.pairs(store, args.application, args.cluster)
    runs, value = catalog.usable_runs(store, *pair), "completion_time_s"
    if args.task_time:
        runs, value = catalog.with_task_seconds(store, runs), "task_s"
        if runs.empty:
            raise NotEnoughRunsError("no run has task records; those have them that the runner measured")
    print_frame(effects(runs, value), "json" if args.json else "table")
    return 0
