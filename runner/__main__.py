"""``python -m runner``: the commands of this package."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from runner.commands.classify import add_classify
from runner.commands.layers import add_layers
from runner.commands.profile import add_profile
from runner.commands.report import add_report
from runner.commands.train import add_train
from runner.commands.tune import add_tune
from store.cli import run


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m runner", description="Runs CNN jobs on Spark and measures them.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    add_profile(commands)
    add_classify(commands)
    add_report(commands)
    add_train(commands)
    add_tune(commands)
    add_layers(commands)
    return run(parser, argv)


if __name__ == "__main__":
    sys.exit(main())
