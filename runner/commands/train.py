"""``python -m runner train``: trainings as a campaign of measured runs."""

from __future__ import annotations

import argparse

import pandas as pd

from runner.commands.profile import add_campaign_options, run_campaign
from runner.commands.training_options import add_training_options, read_photos, read_training_plan
from runner.plans.plan import run_of_row
from runner.training.gpu import why_no_gpu
from store import Store
from store.cli import print_json


def add_train(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "train",
        help="train the CIFAR-10 network on Spark and log how long it takes",
        description="Trains the network in every combination of the values below that is not in the store yet, each "
        "as a fresh Spark application, logged like the runs of `profile` as the application cifar_cnn. A checkpoint is "
        "written after each epoch; when a worker is lost, the epoch starts again from it. The same command again goes "
        "on where it stopped.",
    )
    add_training_options(parser)
    add_campaign_options(parser)
    parser.set_defaults(func=train, fewest=False)


def train(args: argparse.Namespace) -> int:
    """Carry out the command; 0 unless every run of this call failed, or when there is no GPU to use."""
    if args.device == "gpu" and (reason := why_no_gpu(args.master)):
        if args.json:
            print_json({"skipped": f"--device gpu: {reason}"})
        else:
            print(f"--device gpu: skipped, {reason}")
        return 0
    photos = read_photos(args)
    plan = read_training_plan(args, photos)
    return run_campaign(args, plan, lambda store, progress: photos.open(), epochs_of)


def epochs_of(store: Store, campaign: str) -> pd.DataFrame:
    """Return one row an epoch of a campaign's trainings that ended well, in the order in which they ran."""
    runs = store.runs.load(campaign=campaign, status="ok").sort_values("started_at")
    rows = [
        {"run": str(run_of_row(run)), "arm": settings["arm"], "epoch": number}
        | {name: settings[name][number - 1] for name in ("loss", "training_accuracy_pct", "test_accuracy_pct")}
        | {"seconds": settings["epoch_s"][number - 1]}
        for run, settings in ((run, run["settings"]) for _, run in runs.iterrows())
        for number in range(1, settings["epochs"] + 1)
    ]
    return pd.DataFrame(rows)
