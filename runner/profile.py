"""``python -m runner profile``: from arguments to a campaign."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from runner.applications import APPLICATIONS, get_application
from runner.arguments import read_integer, read_list, read_memory, read_rate, read_seconds
from runner.campaign import Campaign, Limits, Summary
from runner.environment import check_java
from runner.errors import RunnerError
from runner.host import default_cluster_name, visible_cpus, visible_memory_mib
from runner.images import Dataset, open_folder
from runner.interrupts import stop_signals_interrupt
from runner.plan import Plan, grid_runs
from runner.preview import count_oversubscribed, describe_plan
from runner.progress import Progress
from runner.synthetic import make_synthetic, synthetic_name
from store import Store, open_store
from store.cli import add_home, add_json, print_frame


def add_profile(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "profile",
        help="run a grid of configurations on Spark and log how long each takes",
        description="Runs every combination of the values below that is not in the store yet, in random order, each "
        "as a fresh Spark application on a private cluster on this machine. Lists are comma-separated. The same "
        "command again goes on where it stopped.",
    )
    parser.add_argument("--application", required=True, metavar="NAME", help=f"one of {', '.join(APPLICATIONS)}")
    parser.add_argument("--executors", required=True, metavar="N,...", help="numbers of executors")
    parser.add_argument("--cores", default="1", metavar="N,...", help="cores of each executor (default: 1)")
    parser.add_argument(
        "--memory", default="1g", metavar="SIZE,...", help="executor memory, at least 512m (default: 1g)"
    )
    parser.add_argument("--images-per-partition", required=True, metavar="N,...", help="images that one task processes")
    parser.add_argument("--sampling-rates", default="100", metavar="PCT,...", help="share of the images (default: 100)")
    images = parser.add_mutually_exclusive_group(required=True)
    images.add_argument("--images", type=Path, metavar="DIR", help="folder with JPEG files, searched recursively")
    images.add_argument("--synthetic", metavar="N", help="generate N photo-like JPEG files under the home")
    parser.add_argument("--repeats", default="1", metavar="N", help="runs of each configuration (default: 1)")
    parser.add_argument("--campaign", metavar="NAME", help="name of the campaign (default: made from the plan)")
    parser.add_argument("--cluster", metavar="NAME", help="name of this machine as a cluster (default: local-HOST)")
    parser.add_argument("--seed", default="0", metavar="N", help="of order, samples, weights and photos (default: 0)")
    parser.add_argument("--timeout", default="3600", metavar="S", help="longest run in seconds (default: 3600)")
    parser.add_argument(
        "--launch-timeout", default="120", metavar="S", help="longest wait for the executors in seconds (default: 120)"
    )
    parser.add_argument("--dry-run", action="store_true", help="show the plan and run nothing")
    parser.add_argument("--retry-failed", action="store_true", help="run again what failed before")
    add_home(parser)
    add_json(parser)
    parser.set_defaults(func=profile)


def profile(args: argparse.Namespace) -> int:
    """Carry out the command; 0 unless every run of this call failed."""
    plan, files = _read_plan(args)
    limits = Limits(read_seconds("--launch-timeout", args.launch_timeout), read_seconds("--timeout", args.timeout))
    store = open_store(args.home)
    name = args.campaign or plan.default_campaign()
    campaign = Campaign(store, plan, name, retry_failed=args.retry_failed, limits=limits)
    if args.dry_run:
        return _show_plan(campaign, plan, as_json=args.json)
    check_java()
    with stop_signals_interrupt():
        summary = _execute(campaign, plan, store, files)
    _show_summary(summary, as_json=args.json)
    return 1 if summary.failed and not summary.ok else 0


def _read_plan(args: argparse.Namespace) -> tuple[Plan, Dataset | None]:
    """Return the plan, and the images unless they are synthetic."""
    application = get_application(args.application)
    seed = read_integer("--seed", args.seed)
    runs = grid_runs(
        executors=read_list("--executors", args.executors, read_integer),
        cores=read_list("--cores", args.cores, read_integer),
        memory_mib=read_list("--memory", args.memory, read_memory),
        images_per_partition=read_list("--images-per-partition", args.images_per_partition, read_integer),
        sampling_rates_pct=read_list("--sampling-rates", args.sampling_rates, read_rate),
        repeats=read_integer("--repeats", args.repeats),
        seed=seed,
    )
    files = open_folder(args.images) if args.images else None
    images = len(files.files) if files else read_integer("--synthetic", args.synthetic)
    dataset = files.name if files else synthetic_name(images, seed)
    plan = Plan(application.name, args.cluster or default_cluster_name(), dataset, images, seed, runs)
    _check_memory(plan)
    return plan, files


def _check_memory(plan: Plan) -> None:
    most = max((run.configuration for run in plan.runs), key=lambda one: one.num_executors * one.executor_memory_mib)
    wanted, there = most.num_executors * most.executor_memory_mib, visible_memory_mib()
    if wanted > there:
        raise RunnerError(
            f"--memory: {most.num_executors} executors with {most.executor_memory_mib / 1024:g} GiB each need "
            f"{wanted / 1024:.1f} GiB, this machine has {there / 1024:.1f} GiB"
        )


def _execute(campaign: Campaign, plan: Plan, store: Store, files: Dataset | None) -> Summary:
    left = campaign.left()
    progress = Progress(sys.stderr, total=len(plan.runs), done=len(plan.runs) - len(left))
    progress.say(
        f"campaign {campaign.name}: {len(plan.runs)} runs of {plan.application} on {plan.cluster}, {len(left)} left"
    )
    if crowded := count_oversubscribed(left, visible_cpus()):
        progress.say(
            f"note: {crowded} of them ask for more cores than the {visible_cpus()} of this machine; "
            "they are marked as oversubscribed and left out of fits"
        )
    try:
        dataset = files or make_synthetic(
            store.home.root / "datasets",
            plan.images,
            plan.seed,
            lambda ready: _tell_photos(progress, ready, plan.images),
        )
        summary = campaign.execute(dataset, progress)
    except KeyboardInterrupt:
        progress.say("stopped; what is finished is kept, and the same command again goes on from there")
        raise
    if summary.failed:
        progress.say(f"what the processes of failed runs said is in {store.home.root / 'logs'}")
    return summary


def _tell_photos(progress: Progress, ready: int, total: int) -> None:
    if ready == total or ready % 100 == 0:
        progress.note(f"synthetic photos: {ready} of {total}")


def _show_plan(campaign: Campaign, plan: Plan, *, as_json: bool) -> int:
    rows = describe_plan(plan, campaign.left())
    done = sum(row["done"] for row in rows)
    if as_json:
        print(
            json.dumps({"campaign": campaign.name, "planned": len(rows), "already_done": done, "runs": rows}, indent=2)
        )
    else:
        print_frame(pd.DataFrame(rows))
        print(f"campaign {campaign.name}: {len(rows)} runs planned, {done} already done")
    return 0


def _show_summary(summary: Summary, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(asdict(summary), indent=2))
    else:
        print(
            f"campaign {summary.campaign}: {summary.planned} runs planned, {summary.already_done} were done already, "
            f"{summary.ok} ok and {summary.failed} failed now"
        )
