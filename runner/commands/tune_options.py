"""The options of ``python -m runner tune``, and the search and the cluster that they describe."""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import uuid

from runner.clusters.affinity import CpuPlan, assign_cpus
from runner.clusters.target import Target, add_target_options
from runner.commands.arguments import read_integer, read_list, read_memory, read_positive, read_seconds
from runner.commands.training_options import APPLICATION, Photos, add_data_options
from runner.errors import RunnerError
from runner.plans.plan import Configuration, Plan, PlannedRun
from runner.spec import RunSpec
from runner.training.optimisers import OPTIMISERS
from runner.tuning.search import SAMPLERS, Search, Space
from runner.tuning.study import Order, Study
from runner.tuning.trial import TrialSpec

TRIALS = "12"
PROGRAM = "runner.jobs.tune"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


def add_search_options(parser: argparse.ArgumentParser) -> None:
    """Add what `read_order` and `make_spec` read."""
    parser.add_argument("--sampler", choices=SAMPLERS, default="tpe", help="how trials are chosen (default: tpe)")
    parser.add_argument("--trials", metavar="N", help=f"trials to make (default: {TRIALS}; of a grid all)")
    parser.add_argument(
        "--learning-rates",
        default="0.003:0.3",
        metavar="LOW:HIGH",
        help="any between two, drawn on a logarithmic scale, or a list X,... (default: 0.003:0.3)",
    )
    parser.add_argument("--batch", default="100,250,500", metavar="N,...", help="images of a step")
    parser.add_argument("--filters", default="16,32", metavar="N,...", help="of the convolution")
    parser.add_argument("--optimisers", default=",".join(OPTIMISERS), metavar="NAME,...", help="sgd, momentum, adam")
    parser.add_argument("--epochs", default="2", metavar="N", help="passes of each trial (default: 2)")
    add_data_options(parser)
    parser.add_argument("--executors", default="1", metavar="N", help="number of executors (default: 1)")
    parser.add_argument("--cores", default="1", metavar="N", help="of each executor, a trial each (default: 1)")
    parser.add_argument("--memory", default="1g", metavar="SIZE", help="executor memory (default: 1g)")
    add_target_options(parser)
    parser.add_argument("--study", metavar="NAME", help="name of the search (default: made from what is searched)")
    parser.add_argument("--timeout", default="1d", metavar="TIME", help="longest search (default: 1d)")


def read_order(args: argparse.Namespace, photos: Photos) -> Order:
    """Return the search that the options describe.

    Raises
    ------
    RunnerError
        Naming the option whose value cannot be used.
    """
    space = _read_space(args)
    if args.sampler == "grid" and space.is_range:
        raise RunnerError("--learning-rates: --sampler grid needs a list like 0.01,0.03,0.1, no range")
    most = space.size if args.sampler == "grid" else read_integer("--trials", args.trials or TRIALS)
    trials = min(most, read_integer("--trials", args.trials or str(most)))
    shared = TrialSpec(
        photos.where.training, photos.where.test, read_integer("--epochs", args.epochs), seed=photos.seed
    )
    return Order(Search(space, args.sampler, trials, photos.seed), shared)


def _read_space(args: argparse.Namespace) -> Space:
    optimisers = tuple(sorted({name.strip() for name in args.optimisers.split(",")}))
    for name in optimisers:
        if name not in OPTIMISERS:
            raise RunnerError(f"--optimisers: {name!r} is none of {', '.join(OPTIMISERS)}")
    is_range = ":" in args.learning_rates
    parts = args.learning_rates.split(":") if is_range else args.learning_rates.split(",")
    rates = tuple(sorted({read_positive("--learning-rates", part.strip()) for part in parts}))
    if is_range and len(rates) != 2:
        raise RunnerError(f"--learning-rates: {args.learning_rates!r} is no range; write LOW:HIGH like 0.003:0.3")
    batches = tuple(read_list("--batch", args.batch, read_integer))
    return Space(rates, batches, tuple(read_list("--filters", args.filters, read_integer)), optimisers, is_range)


def read_name(args: argparse.Namespace, order: Order, photos: Photos) -> str:
    """Return the study's name: the one given, or one made from what is searched in which images."""
    if args.study is None:
        content = json.dumps([order.identity["search"], order.trials.epochs, photos.name], sort_keys=True)
        return f"{order.search.sampler}-{hashlib.sha256(content.encode()).hexdigest()[:10]}"
    if not _NAME.fullmatch(args.study):
        raise RunnerError(f"--study: {args.study!r} is no name; use 1 to 80 letters, digits, '.', '_' and '-'")
    return str(args.study)


def read_run(args: argparse.Namespace, target: Target, photos: Photos) -> Plan:
    """Return what the search's application asks of a cluster, as the plan of one run."""
    executors, cores = read_integer("--executors", args.executors), read_integer("--cores", args.cores)
    one = Configuration(executors, executors * cores, read_memory("--memory", args.memory), photos.images, 100.0)
    runs = (PlannedRun(one, repeat=1),)
    return Plan(APPLICATION, target.describe(), photos.name, photos.images, photos.seed, runs, target)


def make_spec(args: argparse.Namespace, target: Target, study: Study, work: str, images: int) -> RunSpec:
    """Return the order sheet of the search's application."""
    executors, cores = read_integer("--executors", args.executors), read_integer("--cores", args.cores)
    run_id, layout = str(uuid.uuid4()), [cores] * executors
    cpus = assign_cpus(layout) if target.is_private else CpuPlan([], [])
    return RunSpec(
        run_id=run_id,
        work_dir=f"{work}/{run_id}",
        application="tune",
        executor_cores=layout,
        executor_memory_mib=read_memory("--memory", args.memory),
        images=images,
        tasks=study.order().search.trials,
        batch_size=1,
        seed=study.order().search.seed,
        task_cpus=1,
        launch_timeout_s=120.0,
        timeout_s=read_seconds("--timeout", args.timeout),
        master=target.master,
        conf=dict(target.conf),
        executor_cpus=cpus.executors,
        other_cpus=cpus.others,
        program=PROGRAM,
        output=str(study.folder),
    )
