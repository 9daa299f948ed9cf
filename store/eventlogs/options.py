"""What a log cannot say, as options of a command."""

from __future__ import annotations

import argparse

from store.eventlogs.fleet import gib
from store.eventlogs.run import Supplied


def add(command: argparse.ArgumentParser) -> None:
    """Add the options; their names are those of the other commands."""
    group = command.add_argument_group(
        "for event logs", "what a log does not say about its run; what it says itself is taken from it"
    )
    group.add_argument("--application", metavar="A", help="the CNN job, such as resnet50")
    group.add_argument("--cluster", metavar="C", help="the environment that it ran on")
    group.add_argument("--sampling-rate", type=float, metavar="PERCENT", help="share of the data set, in percent")
    group.add_argument("--input-images", type=int, metavar="N", help="images processed")
    group.add_argument("--dataset-images", type=int, metavar="N", help="images in the whole data set")
    group.add_argument("--images-per-partition", type=int, metavar="N")
    group.add_argument("--campaign", metavar="NAME", help="the planned set of runs that it belongs to")
    group.add_argument("--executors", type=int, metavar="N", help="where the log does not know")
    group.add_argument("--cores", type=int, metavar="N", help="of the largest executor, where the log does not know")
    group.add_argument("--memory", type=_memory, metavar="SIZE", help="of an executor, such as 8g, where not logged")


def supplied(args: argparse.Namespace) -> Supplied:
    """Return what the options say."""
    return Supplied(
        application=args.application,
        cluster=args.cluster,
        sampling_rate_pct=args.sampling_rate,
        input_images=args.input_images,
        dataset_images=args.dataset_images,
        images_per_partition=args.images_per_partition,
        campaign=args.campaign,
        num_executors=args.executors,
        executor_cores=args.cores,
        executor_memory_gb=args.memory,
    )


def _memory(text: str) -> float:
    size = None if text.strip().isdigit() else gib(text)  # Spark would take 8 for MiB, a person for GiB
    if size is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no size such as 8g or 8192m")
    return size
