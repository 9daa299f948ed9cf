"""``python -m runner``: the commands of this package."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from runner.commands.classify import add_classify
from runner.commands.profile import add_profile
from runner.commands.report import add_report
from runner.training.commands import add_training_commands
from store.cli import run


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m runner", description="Runs CNN jobs on Spark and measures them.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    add_profile(commands)
    add_classify(commands)
    add_report(commands)
    add_training_commands(commands)
    return run(parser, argv)


if __name__ == "__main__":
    sys.exit(main())
