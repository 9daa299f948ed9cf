"""How long runs may take, from the command line."""

from __future__ import annotations

import argparse

from runner.campaigns.campaign import Limits
from runner.commands.arguments import read_seconds


def add_limits(parser: argparse.ArgumentParser, longest: str) -> None:
    """Add the options that `read_limits` reads; `longest` is the default for a run."""
    parser.add_argument("--timeout", default=longest, metavar="TIME", help=f"longest run (default: {longest})")
    parser.add_argument(
        "--launch-timeout", default="2m", metavar="TIME", help="longest wait for the executors (default: 2m)"
    )


def read_limits(args: argparse.Namespace) -> Limits:
    """Return the limits.

    Raises
    ------
    RunnerError
        When one is no time.
    """
    return Limits(read_seconds("--launch-timeout", args.launch_timeout), read_seconds("--timeout", args.timeout))
