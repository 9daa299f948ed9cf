"""``python -m perfmodel recommend``: a deadline or a budget in, a configuration out."""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import sys
from pathlib import Path
from typing import Any

import pandas as pd

from perfmodel import catalog
from perfmodel.answers.cost import EXAMPLE_PRICE, Price
from perfmodel.errors import PerfmodelError
from perfmodel.recommendation.advice import Advice, Request, advise, order_of, source_of
from perfmodel.recommendation.exports import FORMATS, Format, Order
from perfmodel.recommendation.search import EXPECTED, PYTHON_WORKER_GB, Goal, Node, default_space
from store import Store, open_store
from store.amounts import amount
from store.cli import print_json
from store.durations import duration, seconds_of
from store.frames import plain_records

_SHOWN = [
    "num_executors",
    "executor_cores",
    "executor_memory_gb",
    "granted_gb",
    "nodes",
    "predicted_s",
    "safe_s",
    "cost",
    "safe_cost",
]


def add_recommend(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to its parser, which has --application, --cluster, --home and --json."""
    goal = parser.add_argument_group("goal")
    goal.add_argument("--deadline", type=_seconds, metavar="TIME", help="longest time, e.g. 2h or 90min")
    goal.add_argument("--max-cost", type=float, metavar="AMOUNT", help="largest cost")
    goal.add_argument("--sampling-rate", type=float, default=100.0, help="data size, percent of the data set (100)")
    goal.add_argument("--sure", type=float, default=EXPECTED, help="how sure the time must be, 0.5 (expected) to 0.99")
    goal.add_argument("--scenario", help="default: the most accurate one that can answer")
    space = parser.add_argument_group("what the cluster offers")
    space.add_argument("--max-executors", type=_count, help="default: twice the profiled")
    space.add_argument("--max-cores", type=_count, help="cores an executor; default: the most that was profiled")
    space.add_argument(
        "--memory-gb", type=_sizes, help="executor memory to try, GiB, e.g. 4,8; default: the most profiled"
    )
    space.add_argument("--node-cores", type=_count, help="cores of a machine, to pack executors on")
    space.add_argument("--node-memory-gb", type=float, help="memory of a machine, GiB")
    space.add_argument("--max-nodes", type=_count, help="machines that there are")
    worker = f"resident memory of a Python worker, GiB ({PYTHON_WORKER_GB:g})"
    space.add_argument("--python-gb-per-core", type=float, default=PYTHON_WORKER_GB, help=worker)
    price = parser.add_argument_group("price")
    price.add_argument("--price-core-hour", type=float, default=EXAMPLE_PRICE.per_core_hour)
    price.add_argument("--price-gib-hour", type=float, default=EXAMPLE_PRICE.per_gib_hour)
    price.add_argument("--price-node-hour", type=float, help="of a machine, instead of cores and memory")
    price.add_argument("--currency", default=EXAMPLE_PRICE.currency)
    export = parser.add_argument_group("export")
    export.add_argument("--export", choices=tuple(FORMATS), help="print the cheapest as a file of this format")
    export.add_argument("--out", type=Path, metavar="FILE", help="write the export here instead")
    parser.set_defaults(func=_recommend)


def _seconds(text: str) -> float:
    try:
        return seconds_of(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _count(text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        value = 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of 1 or more")
    return value


def _sizes(text: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",")]
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no list of GiB; write it like 4,8") from error


def _recommend(args: argparse.Namespace) -> int:
    if args.out is not None and not args.export:
        raise PerfmodelError("--out is where an export goes; say which format with --export")
    if args.export and args.json:
        raise PerfmodelError("--json and --export print different things; give one (--export json is plain JSON)")
    store = open_store(args.home)
    models = catalog.champions(store, args.application, args.cluster)
    history = store.runs.load(application=args.application, cluster=args.cluster)
    advice = advise(models, _request(store, args), history)
    chosen = advice.recommendation.cheapest
    if chosen is None:
        if args.json:
            print_json(_as_json(advice))
        nearest = _text(advice.recommendation.nearest, advice.request.currency)
        raise PerfmodelError(f"{advice.recommendation.advice}; the nearest is {nearest}{_aside(advice)}")
    if args.export:
        source = source_of(store, advice.model_name, advice.champion.version)
        if advice.left_out:
            print(f"{advice.left_out[0].upper()}{advice.left_out[1:]}.", file=sys.stderr)
        _export(FORMATS[args.export], order_of(advice, chosen, source, _today()), args.out)
    elif args.json:
        print_json(_as_json(advice))
    else:
        _print(advice)
    return 0


def _today() -> str:
    return datetime.datetime.now(datetime.UTC).date().isoformat()


def _request(store: Store, args: argparse.Namespace) -> Request:
    runs = catalog.runs_to_learn_from(store, args.application, args.cluster)
    space = default_space(runs)
    space = dataclasses.replace(
        space,
        executors=range(1, args.max_executors + 1) if args.max_executors else space.executors,
        cores=range(1, args.max_cores + 1) if args.max_cores else space.cores,
        memory_gb=args.memory_gb or space.memory_gb,
        node=_node(args),
        most_nodes=args.max_nodes,
        python_gb_per_core=args.python_gb_per_core,
    )
    goal = Goal(args.deadline, args.max_cost, args.sure)
    price = Price(args.price_core_hour, args.price_gib_hour, args.currency)
    return Request(args.application, args.cluster, args.sampling_rate, space, goal, price, args.scenario)


def _node(args: argparse.Namespace) -> Node | None:
    given = [args.node_cores, args.node_memory_gb]
    if given == [None, None]:
        if args.price_node_hour is not None or args.max_nodes is not None:
            raise PerfmodelError("--price-node-hour and --max-nodes need --node-cores and --node-memory-gb")
        return None
    if None in given:
        raise PerfmodelError("--node-cores and --node-memory-gb belong together; give both")
    return Node("", args.node_cores, args.node_memory_gb, args.price_node_hour, args.currency)


def _export(form: Format, order: Order, out: Path | None) -> None:
    text = form.render(order)
    for sentence in form.beside(order):
        print(sentence, file=sys.stderr)
    if out is None:
        print(text, end="")
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise PerfmodelError(f"--out: cannot write {out}: {error.strerror}") from error
    print(f"saved {out}")


def _as_json(advice: Advice) -> dict[str, Any]:
    found = advice.recommendation
    return {
        "scenario": advice.scenario,
        "model_version": advice.champion.version,
        "currency": advice.request.currency,
        "memory_regime": advice.request.space.memory_regime,
        "images_per_partition": advice.images_per_partition,
        "cheapest": _record(found.cheapest),
        "fastest": _record(found.fastest),
        "nearest": _record(found.nearest),
        "advice": found.advice,
        "left_out": advice.left_out,
        "front": plain_records(found.front[_SHOWN]),
    }


def _record(row: pd.Series[Any] | None) -> dict[str, Any] | None:
    return None if row is None else plain_records(pd.DataFrame([row])[_SHOWN].infer_objects())[0]


def _aside(advice: Advice) -> str:
    return f" ({advice.left_out})" if advice.left_out else ""


def _print(advice: Advice) -> None:
    found, currency = advice.recommendation, advice.request.currency
    for label, row in (("cheapest", found.cheapest), ("fastest", found.fastest)):
        print(f"{label}  {_text(row, currency)}")
    model = f"{advice.request.application}@{advice.request.cluster}/{advice.scenario} v{advice.champion.version}"
    print(f"model     {model}")
    if advice.images_per_partition is not None:
        print(f"assumes   {advice.images_per_partition} images per partition, or per step of a training")
    if advice.left_out:
        print(f"left out  {advice.left_out}")
    print(f"choices   {len(found.front)} configurations that no other beats in both time and cost (--json lists them)")


def _text(row: Any, currency: str) -> str:
    nodes = f" on {row['nodes']:.0f} machines" if row["nodes"] else ""
    return (
        f"{row['num_executors']:.0f} executors x {row['executor_cores']:.0f} cores, {row['executor_memory_gb']:g} GiB "
        f"each{nodes}: {duration(row['safe_s'])}, {amount(row['safe_cost'])} {currency}"
    )
