"""``python -m perfmodel``: fit, report, effects, predict, and the demo data."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from perfmodel import catalog, prediction, report_page
from perfmodel.accuracy import HELD_OUT, PAPER
from perfmodel.cost import EXAMPLE_PRICE, Price
from perfmodel.effects import effects
from perfmodel.errors import PerfmodelError
from perfmodel.report import explanations, origins_text, report_row
from perfmodel.scenarios import SCENARIOS
from perfmodel.techniques import TECHNIQUES
from store import open_store
from store.cli import add_home, add_json, print_frame, print_json, run
from store.durations import duration
from store.frames import plain_records

_EFFECT_VALUES = {False: "completion_time_s", True: "task_s"}
_GIB = {"": 1.0, "g": 1.0, "gib": 1.0, "gb": 1.0, "m": 1 / 1024, "mib": 1 / 1024, "mb": 1 / 1024}


def memory_gib(text: str) -> float:
    """Executor memory in GiB from ``8``, ``8g`` or ``8192m``, as Spark writes it."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([a-z]*)", text.strip().lower())
    if not match or match[2] not in _GIB or float(match[1]) <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no amount of memory; write for example 8g or 8192m")
    return float(match[1]) * _GIB[match[2]]


def _names(known: Sequence[str]) -> str:
    return f"all, or a comma-separated choice of {', '.join(known)}"


def _chosen(text: str, known: Sequence[str]) -> list[str]:
    return list(known) if text == "all" else [name.strip() for name in text.split(",")]


def _fit(args: argparse.Namespace) -> int:
    store = open_store(args.home)
    scenarios = _chosen(args.scenarios, tuple(SCENARIOS))
    techniques = _chosen(args.techniques, tuple(TECHNIQUES))
    outcomes = []
    for outcome in catalog.fit(store, args.application, args.cluster, scenarios, techniques, args.seed):
        outcomes.append(outcome)
        if not args.json:
            print(_outcome_text(outcome), flush=True)
    if args.json:
        print_json([vars(outcome) for outcome in outcomes])
    else:
        print(f"from {origins_text(catalog.usable_runs(store, args.application, args.cluster))}")
    if all(outcome.refused for outcome in outcomes):
        raise PerfmodelError("no scenario could be fitted; the reasons are above")
    return 0


def _outcome_text(outcome: catalog.FitOutcome) -> str:
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


def _predict(args: argparse.Namespace) -> int:
    store = open_store(args.home)
    question = prediction.question(args.executors, args.cores, args.memory, args.sampling_rate)
    found = catalog.champions(store, args.application, args.cluster)
    models = {name: champion.model for name, champion in found.items()}
    scenario = args.scenario or prediction.best_scenario(models, question)
    if scenario not in models:
        raise PerfmodelError(f"scenario {scenario!r} has no registered model; there are {', '.join(models)}")
    price = Price(args.price_core_hour, args.price_gib_hour, args.currency)
    answer = prediction.answer(models[scenario], question, price)
    answer.insert(0, "scenario", scenario)
    answer.insert(1, "model_version", found[scenario].version)
    answer["runs"] = origins_text(catalog.usable_runs(store, args.application, args.cluster))
    _print_answer(answer, args)
    return 0


def _print_answer(answer: pd.DataFrame, args: argparse.Namespace) -> None:
    [record] = plain_records(answer)
    if record["predicted_s"] is None:
        raise PerfmodelError(record["note"])
    if args.json:
        print_json(record)
        return
    low, high = duration(record["predicted_low_s"]), duration(record["predicted_high_s"])
    print(f"time      {duration(record['predicted_s'])} ({record['predicted_s']:.1f} s)")
    print(f"interval  {low} to {high} (90 %)")
    print(f"cost      {record['cost']:.2f} {args.currency}")
    print(f"model     {args.application}@{args.cluster}/{record['scenario']} v{record['model_version']}")
    print(f"data      {record['runs']}")
    if record["note"]:
        print(f"warning   outside the profiled range: {record['note']}")


def _report(args: argparse.Namespace) -> int:
    store = open_store(args.home)
    rows, texts = [], {}
    for application, cluster in catalog.pairs(store, args.application, args.cluster):
        texts[application, cluster] = list(explanations(catalog.usable_runs(store, application, cluster)))
        for outcome in catalog.fit(store, application, cluster, techniques=tuple(TECHNIQUES)):
            print(_outcome_text(outcome), file=sys.stderr, flush=True)
            rows.append(report_row(application, cluster, outcome.scenario, outcome))
    text = report_page.markdown(rows, texts)
    if args.json:
        print_json(rows)
    else:
        print(text, end="")
    if args.out:
        _save(args.out.with_suffix(".md"), text)
        _save(args.out.with_suffix(".html"), report_page.html(rows, texts))
    return 0


def _save(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise PerfmodelError(f"--out: cannot write {path}: {error.strerror}") from error
    print(f"saved {path}", file=sys.stderr)


def _effects(args: argparse.Namespace) -> int:
    store = open_store(args.home)
    runs = catalog.usable_runs(store, args.application, args.cluster)
    found = effects(catalog.with_task_seconds(store, runs) if args.task_time else runs, _EFFECT_VALUES[args.task_time])
    print_frame(found, "json" if args.json else "table")
    return 0


def _demo(args: argparse.Namespace) -> int:
    store = open_store(args.home)
    for application, cluster in catalog.add_demo_runs(store):
        for outcome in catalog.fit(store, application, cluster, catalog.FIRST_SCENARIOS):
            print(_outcome_text(outcome), flush=True)
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
    fit.add_argument("--scenarios", default="all", help=_names(tuple(SCENARIOS)))
    fit.add_argument("--techniques", default="all", help=_names(tuple(TECHNIQUES)))
    fit.add_argument("--seed", type=int, default=0)
    fit.set_defaults(func=_fit)

    predict = commands.add_parser("predict", help="time, interval and cost of one configuration")
    _add_pair(predict)
    predict.add_argument("--executors", type=int, required=True)
    predict.add_argument("--cores", type=int, required=True, help="cores an executor")
    predict.add_argument("--memory", type=memory_gib, required=True, help="memory an executor, e.g. 8g")
    predict.add_argument("--sampling-rate", type=float, default=100.0, help="percent of the data set (100)")
    predict.add_argument("--scenario", help="default: the most accurate one that can answer")
    predict.add_argument("--price-core-hour", type=float, default=EXAMPLE_PRICE.per_core_hour)
    predict.add_argument("--price-gib-hour", type=float, default=EXAMPLE_PRICE.per_gib_hour)
    predict.add_argument("--currency", default=EXAMPLE_PRICE.currency)
    predict.set_defaults(func=_predict)

    report = commands.add_parser("report", help="accuracy, t1, t2, T of every scenario, beside the paper's")
    report.add_argument("--application", help="default: all")
    report.add_argument("--cluster", help="default: all")
    report.add_argument("--out", type=Path, metavar="NAME", help="also save NAME.md and NAME.html")
    add_home(report)
    add_json(report)
    report.set_defaults(func=_report)

    effect = commands.add_parser("effects", help="scaled time by each column, as in the paper's tables 2-6")
    _add_pair(effect)
    effect.add_argument("--task-time", action="store_true", help="of tasks (table 6) instead of whole runs")
    effect.set_defaults(func=_effects)

    demo = commands.add_parser("demo", help="load the demo clusters and fit their models")
    add_home(demo)
    demo.set_defaults(func=_demo)
    return parser


if __name__ == "__main__":
    sys.exit(run(_parser()))
