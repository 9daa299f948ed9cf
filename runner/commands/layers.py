"""``python -m runner layers``: the deck's tables, measured here."""

from __future__ import annotations

import argparse
from typing import Any

import pandas as pd
from threadpoolctl import threadpool_info

from runner.clusters.host import default_cluster_name, describe_hardware
from runner.commands.arguments import read_integer
from runner.training.deck import deck
from runner.training.layer_profile import Row, profile_layers, total
from store import open_store
from store.cli import add_home, add_json, print_frame, print_json

KIND = "layers"


def add_layers(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    images = deck()["images"]
    parser = commands.add_parser(
        "layers",
        help="measure the layers of the CIFAR-10 network in plain NumPy",
        description="Prints and stores the seconds of each layer's forward and backward pass, and of the parts of "
        "convolution and pooling, beside those of a published deck.",
    )
    parser.add_argument("--images", default=str(images), metavar="N", help=f"of an iteration (default: {images})")
    parser.add_argument("--repeats", default="3", metavar="N", help="the median of these counts (default: 3)")
    parser.add_argument("--seed", default="0", metavar="N", help="of photos and weights (default: 0)")
    parser.add_argument("--cluster", metavar="NAME", help="name of this machine in the store")
    add_home(parser)
    add_json(parser)
    parser.set_defaults(func=layers)


def layers(args: argparse.Namespace) -> int:
    """Carry out the command."""
    images, seed = read_integer("--images", args.images), read_integer("--seed", args.seed)
    rows = profile_layers(images, read_integer("--repeats", args.repeats), seed)
    content = {
        "images": images,
        "threads": max((pool["num_threads"] for pool in threadpool_info()), default=1),
        "host": describe_hardware(),
        "deck": deck()["source"],
        "rows": [row._asdict() for row in rows],
    }
    store, name = open_store(args.home), args.cluster or default_cluster_name()
    store.measurements.add(KIND, name, content)
    if args.json:
        print_json(content)
    else:
        _print(content, rows)
    return 0


def _print(content: dict[str, Any], rows: list[Row]) -> None:
    for title, chosen in (
        ("layers", [row for row in rows if not row.part]),
        ("parts", [row for row in rows if row.part]),
    ):
        print(f"{title}, seconds at {content['images']:,} generated images an iteration, {content['threads']} threads")
        frame = pd.DataFrame(chosen).rename(columns={"direction": "pass"}).round(3)
        print_frame(frame if title == "parts" else frame.drop(columns="part"))
        print()
    print(f"all layers {total(rows):.3f} s; the deck's sum {_deck_total(rows):.3f} s ({content['deck']})")


def _deck_total(rows: list[Row]) -> float:
    return sum(row.deck_s or 0.0 for row in rows if not row.part)
