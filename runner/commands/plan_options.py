"""The options that describe a campaign, and the plan that they make."""

from __future__ import annotations

import argparse
import math
from pathlib import Path

from runner.clusters.host import visible_memory_mib
from runner.clusters.memory import BYTES_PER_VALUE, REGIMES, check_regime
from runner.clusters.resources import refuse_uneven
from runner.clusters.target import add_target_options, read_target
from runner.commands.arguments import read_integer, read_list, read_memory, read_memory_step, read_rate
from runner.commands.network_options import add_application_options, read_application_options
from runner.errors import RunnerError
from runner.inputs.images import Dataset
from runner.inputs.sources import IMAGES_HELP, open_images
from runner.inputs.synthetic import synthetic_name
from runner.plans.fewest import fewest_runs
from runner.plans.grid import Layout, even_layouts, grid_runs, spread_layouts, total_layouts
from runner.plans.plan import Plan, PlannedRun
from store.memory import FREE


def add_plan_options(parser: argparse.ArgumentParser) -> None:
    """Add what decides which runs there are."""
    add_application_options(parser)
    parser.add_argument("--executors", required=True, metavar="N,...", help="numbers of executors")
    add_core_options(parser)
    parser.add_argument(
        "--memory", default="1g", metavar="SIZE,...", help="executor memory, at least 512m (default: 1g)"
    )
    parser.add_argument(
        "--memory-regime",
        choices=list(REGIMES),
        default=FREE,
        help="; ".join(f"{name}: --memory is {text}" for name, text in REGIMES.items()) + f" (default: {FREE})",
    )
    parser.add_argument("--images-per-partition", required=True, metavar="N,...", help="images that one task processes")
    parser.add_argument("--sampling-rates", default="100", metavar="PCT,...", help="share of the images (default: 100)")
    images = parser.add_mutually_exclusive_group(required=True)
    images.add_argument("--images", type=Path, metavar="DIR", help=IMAGES_HELP)
    images.add_argument("--synthetic", metavar="N", help="generate N photo-like JPEG files under the home")
    parser.add_argument("--repeats", default="1", metavar="N", help="runs of each configuration (default: 1)")
    parser.add_argument(
        "--fewest",
        action="store_true",
        help="of all these combinations, run only the few that determine scenario 5's law; --dry-run says what each "
        "is for",
    )
    add_target_options(parser)
    parser.add_argument(
        "--cluster", metavar="NAME", help="name of the cluster (default: local-HOST, or made from the --master's host)"
    )
    parser.add_argument("--seed", default="0", metavar="N", help="of order, samples, weights and photos (default: 0)")


def add_core_options(parser: argparse.ArgumentParser) -> None:
    """Add what `read_layouts` reads beside --executors."""
    cores = parser.add_mutually_exclusive_group()
    cores.add_argument("--cores", metavar="N,...", help="cores of each executor (default: 1)")
    cores.add_argument(
        "--total-cores",
        metavar="N,...",
        help="cores over all executors, spread evenly, the remainder one by one: 5 over 2 executors are 3 and 2. "
        "Combinations in which an executor would get none are left out",
    )
    cores.add_argument(
        "--spread-cores",
        metavar="N,...",
        help="cores that one executor may have, as in the paper's table 7: with n executors the total goes from "
        "(n-1) x largest + smallest to n x largest, spread as above",
    )


def read_plan(args: argparse.Namespace) -> tuple[Plan, Dataset | None]:
    """Return the plan, and the images unless they are synthetic.

    Raises
    ------
    RunnerError
        Naming the option whose value cannot be used.
    """
    application = read_application_options(args)
    seed = read_integer("--seed", args.seed)
    runs = read_grid(args, "--images-per-partition", args.images_per_partition, seed)
    if args.fewest:
        runs = fewest_runs(runs)
    files = open_images(args.images) if args.images else None
    images = len(files.images) if files else read_integer("--synthetic", args.synthetic)
    dataset = files.name if files else synthetic_name(images, seed)
    target = read_target(args.master, args.conf, args.container_image)
    cluster = args.cluster or target.cluster_name()
    plan = Plan(application, cluster, dataset, images, seed, runs, target, args.memory_regime)
    _check(plan)
    return plan, files


def read_grid(args: argparse.Namespace, option: str, images: str, seed: int) -> tuple[PlannedRun, ...]:
    """Return the runs of every combination; ``option`` and its value ``images`` say how many images a task has."""
    return grid_runs(
        layouts=read_layouts(args),
        memory_mib=read_list("--memory", args.memory, read_memory, read_memory_step),
        images_per_partition=read_list(option, images, read_integer),
        sampling_rates_pct=read_list("--sampling-rates", args.sampling_rates, read_rate),
        repeats=read_integer("--repeats", args.repeats),
        seed=seed,
    )


def _check(plan: Plan) -> None:
    configurations = [run.configuration for run in plan.runs]
    for one in configurations:
        refuse_uneven(plan.target.master, one.executor_cores)
    largest = min(plan.images, max(one.images_per_partition for one in configurations))
    memory_mib = [one.executor_memory_mib for one in configurations]
    pixels = math.prod(plan.application.input_shape)
    check_regime(plan.memory_regime, plan.target.master, memory_mib, largest * pixels * BYTES_PER_VALUE)


def check_memory(plan: Plan) -> None:
    """Refuse a plan for which this machine has too little memory, where it runs here.

    Raises
    ------
    RunnerError
        Naming what is needed and what is there.
    """
    most = max((run.configuration for run in plan.runs), key=lambda one: one.num_executors * one.executor_memory_mib)
    wanted, there = most.num_executors * most.executor_memory_mib, visible_memory_mib()
    if plan.target.is_private and wanted > there:
        raise RunnerError(
            f"--memory: {most.num_executors} executors with {most.executor_memory_mib / 1024:g} GiB each need "
            f"{wanted / 1024:.1f} GiB, this machine has {there / 1024:.1f} GiB"
        )


def read_layouts(args: argparse.Namespace) -> list[Layout]:
    """Return the numbers of executors and cores that the options ask for."""
    executors = read_list("--executors", args.executors, read_integer)
    if args.total_cores:
        return total_layouts(executors, read_list("--total-cores", args.total_cores, read_integer))
    if args.spread_cores:
        return spread_layouts(executors, read_list("--spread-cores", args.spread_cores, read_integer))
    return even_layouts(executors, read_list("--cores", args.cores or "1", read_integer))
