"""``python -m perfmodel predict``: one configuration from arguments, or many from a table."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import numpy as np
import pandas as pd

from perfmodel import catalog
from perfmodel.answers import prediction
from perfmodel.answers.cost import EXAMPLE_PRICE, Price
from perfmodel.answers.prediction import ANSWER_COLUMNS
from perfmodel.answers.questions import InvalidQuestionsError, Questions, read_questions
from perfmodel.errors import PerfmodelError
from perfmodel.report.explanations import origins_text
from perfmodel.scenarios import FULL, RATE
from store import Problem, Store, StoreUnusableError, open_store
from store.amounts import amount
from store.cli import print_json
from store.durations import duration
from store.files import write_durably
from store.frames import plain_records
from store.spreadsheet import spreadsheet_csv

_GIB = {"": 1.0, "g": 1.0, "gib": 1.0, "gb": 1.0, "m": 1 / 1024, "mib": 1 / 1024, "mb": 1 / 1024}
_ONE, _MANY = ("executors", "cores", "memory"), ("input", "out")
# What one configuration may leave out; a table says its data sizes itself and is given no costs.
_DEFAULTS = {
    "sampling_rate": FULL,
    "price_core_hour": EXAMPLE_PRICE.per_core_hour,
    "price_gib_hour": EXAMPLE_PRICE.per_gib_hour,
    "currency": EXAMPLE_PRICE.currency,
}


def add_predict(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to its parser, which has --application, --cluster, --home and --json."""
    one = parser.add_argument_group("one configuration")
    one.add_argument("--executors", type=int)
    one.add_argument("--cores", type=int, help="cores an executor")
    one.add_argument("--memory", type=memory_gib, help="memory an executor, e.g. 8g")
    one.add_argument("--sampling-rate", type=float, help=f"percent of the data set ({FULL:g})")
    one.add_argument("--price-core-hour", type=float, help=f"default: {EXAMPLE_PRICE.per_core_hour:g}")
    one.add_argument("--price-gib-hour", type=float, help=f"default: {EXAMPLE_PRICE.per_gib_hour:g}")
    one.add_argument("--currency", help=f"default: {EXAMPLE_PRICE.currency}")
    many = parser.add_argument_group("many configurations")
    many.add_argument("--input", type=Path, metavar="FILE", help="table with num_executors, executor_cores, ... a row")
    many.add_argument("--out", type=Path, metavar="FILE", help=f"the same with {', '.join(ANSWER_COLUMNS)}")
    parser.add_argument("--scenario", help="default: the most accurate one that can answer")
    parser.set_defaults(func=_predict)


def memory_gib(text: str) -> float:
    """Executor memory in GiB from ``8``, ``8g`` or ``8192m``, as Spark writes it."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([a-z]*)", text.strip().lower())
    if not match or match[2] not in _GIB or float(match[1]) <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no amount of memory; write for example 8g or 8192m")
    return float(match[1]) * _GIB[match[2]]


def _predict(args: argparse.Namespace) -> int:
    given = [name for name in (*_ONE, *_MANY) if getattr(args, name) is not None]
    optional = [name for name in _DEFAULTS if getattr(args, name) is not None]
    if given == list(_ONE):
        vars(args).update({name: _DEFAULTS[name] for name in _DEFAULTS.keys() - set(optional)})
        _predict_one(args)
    elif given == list(_MANY) and optional:
        options = ", ".join(f"--{name.replace('_', '-')}" for name in optional)
        raise PerfmodelError(
            f"{options} cannot be given with --input; the table says its data sizes in a column {RATE}"
        )
    elif given == list(_MANY):
        _predict_many(args)
    else:
        raise PerfmodelError(
            "give --executors, --cores and --memory for one configuration, or --input and --out for many"
        )
    return 0


def _predict_one(args: argparse.Namespace) -> None:
    question = prediction.question(args.executors, args.cores, args.memory, args.sampling_rate)
    store = open_store(args.home)
    scenario, champion = _champion(store, args, question)
    price = Price(args.price_core_hour, args.price_gib_hour, args.currency)
    answer = prediction.answer(champion.model, question, price)
    answer.insert(0, "scenario", scenario)
    answer.insert(1, "model_version", champion.version)
    answer["runs"] = origins_text(catalog.usable_runs(store, args.application, args.cluster))
    _print_answer(answer, args)


def _champion(store: Store, args: argparse.Namespace, questions: pd.DataFrame) -> tuple[str, catalog.Champion]:
    found = catalog.champions(store, args.application, args.cluster)
    models = {name: champion.model for name, champion in found.items()}
    scenario = args.scenario or prediction.best_scenario(models, questions)
    return scenario, catalog.champion_of(found, scenario)


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
    print(f"cost      {amount(record['cost'])} {args.currency}")
    print(f"model     {args.application}@{args.cluster}/{record['scenario']} v{record['model_version']}")
    print(f"data      {record['runs']}")
    if record["note"]:
        print(f"warning   outside the profiled range: {record['note']}")


def _predict_many(args: argparse.Namespace) -> None:
    questions = read_questions(args.input)
    store = open_store(args.home)
    scenario, champion = _champion(store, args, questions.values)
    answers = prediction.answer(champion.model, questions.values, EXAMPLE_PRICE)
    _check_answered(questions, answers, args.input.name)
    rows = pd.concat([questions.cells, answers[list(ANSWER_COLUMNS)]], axis=1)
    try:
        write_durably(args.out, spreadsheet_csv(rows).encode())
    except StoreUnusableError as error:
        raise PerfmodelError(f"--out: {error}") from error
    model = f"{args.application}@{args.cluster}/{scenario} v{champion.version}"
    summary = {
        "rows": len(rows),
        "outside_profiled_range": int(rows["outside_profiled_range"].sum()),
        "model": model,
        "out": str(args.out),
    }
    if args.json:
        print_json(summary)
    else:
        print(f"{len(rows):,} configurations, {summary['outside_profiled_range']:,} of them outside the profiled range")
        print(f"model  {model}")
        print(f"saved  {args.out}")


def _check_answered(questions: Questions, answers: pd.DataFrame, name: str) -> None:
    silent = np.flatnonzero(answers["predicted_s"].isna())
    if len(silent):
        notes = answers["note"].iloc[silent]
        problems = [Problem(questions.lines[row], None, note) for row, note in zip(silent, notes, strict=True)]
        raise InvalidQuestionsError(problems, name, questions.unit)
