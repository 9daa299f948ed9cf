"""``python -m runner classify``: the measured job for its results, logged like any other run."""

from __future__ import annotations

import argparse
import dataclasses
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from runner.campaigns.campaign import Campaign
from runner.campaigns.progress import ProgressDisplay
from runner.clusters.host import visible_cpus
from runner.clusters.software import check_java
from runner.clusters.target import add_target_options
from runner.commands.limit_options import add_limits, read_limits
from runner.commands.network_options import add_application_options, read_application_options
from runner.commands.plan_options import check_memory, read_plan
from runner.errors import RunnerError
from runner.inputs.images import Dataset
from runner.inputs.sources import IMAGES_HELP
from runner.networks.applications import Application
from runner.plans.plan import Plan
from runner.runs.delivery import Delivery, read_delivery
from runner.runs.interrupts import stop_signals_interrupt
from store import Store, open_store
from store.cli import add_home, add_json, print_json
from store.memory import FREE

WEIGHTS_SUFFIX = ".h5"
# Options of a campaign that make no sense for one run.
_ONE_RUN = {
    "total_cores": None,
    "spread_cores": None,
    "synthetic": None,
    "sampling_rates": "100",
    "repeats": "1",
    "fewest": False,
    "memory_regime": FREE,
    "seed": "0",
}


def add_classify(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "classify",
        help="classify images on Spark, keep the predictions, and log the run",
        description="Writes a Parquet row an image: image, the numbers of the best five classes, their labels where "
        "--labels names them, their scores, and the error of an image that could not be read. The run is logged like "
        "those of `profile`, and feeds the same models.",
    )
    add_application_options(parser)
    parser.add_argument("--weights", type=Path, metavar="FILE", help="trained weights (.h5); without, they are random")
    parser.add_argument("--labels", type=Path, metavar="FILE", help="names of the classes, one a line, from class 0")
    parser.add_argument("--images", type=Path, required=True, metavar="DIR", help=IMAGES_HELP)
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="DIR",
        help="new or empty folder for the rows; with --master one that all nodes see under the same path",
    )
    parser.add_argument("--executors", default="1", metavar="N", help="number of executors (default: 1)")
    parser.add_argument("--cores", metavar="N", help="cores of each executor (default: all of this machine, else 1)")
    parser.add_argument("--memory", default="1g", metavar="SIZE", help="executor memory (default: 1g)")
    parser.add_argument("--images-per-partition", default="100", metavar="N", help="images of a task (default: 100)")
    add_target_options(parser)
    parser.add_argument("--cluster", metavar="NAME", help="name of the cluster in the run log")
    add_limits(parser, longest="1d")
    add_home(parser)
    add_json(parser)
    parser.set_defaults(func=classify, **_ONE_RUN)


def classify(args: argparse.Namespace) -> int:
    """Carry out the command; 0 when there is a row for every image."""
    if args.cores is None:
        args.cores = str(visible_cpus()) if args.master is None and args.executors == "1" else "1"
    application = _read_trained(args)
    delivery = read_delivery(args.out, args.labels)
    plan, dataset = read_plan(args)
    if dataset is None or len(plan.runs) != 1:
        raise RunnerError("classify runs one configuration: give one value each, no list")
    plan = dataclasses.replace(plan, application=application)
    limits = read_limits(args)
    check_memory(plan)
    check_java()
    store = open_store(args.home)
    name = f"classify-{application.name[:60]}-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}"
    campaign = Campaign(store, plan, name, limits=limits, delivery=delivery)
    with stop_signals_interrupt():
        return _deliver(campaign, plan, store, dataset, delivery, as_json=args.json)


def _read_trained(args: argparse.Namespace) -> Application:
    application = read_application_options(args)
    if args.weights is None:
        if args.labels is not None and not application.is_trained:
            raise RunnerError("--labels: random weights know no classes; give --weights FILE or --model FILE")
        return application
    if application.model_file is not None:
        raise RunnerError("--weights: the model of --model brings its own")
    if args.weights.suffix != WEIGHTS_SUFFIX or not args.weights.is_file():
        raise RunnerError(f"--weights: {args.weights} is not a file of Keras weights ({WEIGHTS_SUFFIX})")
    return dataclasses.replace(application, weights_file=args.weights.resolve())


def _deliver(
    campaign: Campaign, plan: Plan, store: Store, dataset: Dataset, delivery: Delivery, *, as_json: bool
) -> int:
    progress = ProgressDisplay()
    progress.say(f"classifying {plan.images} images with {plan.application.name} on {plan.cluster}")
    try:
        campaign.execute(dataset, progress)
        about = _about(store, campaign.name, plan)
        delivery.publish(plan.images, about)
    finally:
        delivery.clean_up()
    if as_json:
        print_json({"out": str(delivery.out)} | about)
    else:
        print(_told(about, delivery))
    return 0


def _about(store: Store, campaign: str, plan: Plan) -> dict[str, Any]:
    """Return what the rows are; the counts are those of the campaign's last run."""
    store.inbox.drain()
    run = store.runs.load(campaign=campaign).sort_values("started_at").iloc[-1]
    application, settings = plan.application, run["settings"]
    weights = application.weights_file or application.model_file
    return {
        "application": application.name,
        "weights": weights.name if weights else f"random (seed {plan.seed}): the classes mean nothing",
        "images": plan.images,
        "predictions": settings.get("predictions"),
        "corrupt_images": settings.get("corrupt_images"),
        "corrupt_examples": settings.get("corrupt_examples"),
        "campaign": campaign,
        "run_id": run["run_id"],
        "status": run["status"],
    }


def _told(about: dict[str, Any], delivery: Delivery) -> str:
    corrupt = f", {about['corrupt_images']} could not be read" if about["corrupt_images"] else ""
    return f"{delivery.out}: {about['images']} rows{corrupt}; weights: {about['weights']}"
