"""The options that say which network a command runs."""

from __future__ import annotations

import argparse
from pathlib import Path

from runner.errors import RunnerError
from runner.networks.applications import APPLICATIONS, Application, get_application, read_application
from runner.networks.preprocessing import PREPROCESSING


def add_application_options(parser: argparse.ArgumentParser) -> None:
    """Add --application, --model and --preprocessing."""
    parser.add_argument(
        "--application",
        metavar="NAME",
        help=f"one of {', '.join(APPLICATIONS)}; with --model, what to call that model (default: the file's name)",
    )
    parser.add_argument(
        "--model",
        type=Path,
        metavar="FILE",
        help="a Keras model of your own (.keras) that classifies images; one with code in it (Lambda or custom layers) "
        "is refused",
    )
    parser.add_argument(
        "--preprocessing",
        choices=list(PREPROCESSING),
        help="what happens to pixels from 0 to 255 before they enter the network of --model (default: none)",
    )


def read_application_options(args: argparse.Namespace) -> Application:
    """Return the application that the options name.

    Raises
    ------
    RunnerError
        When they name none, or contradict each other.
    """
    if args.model is not None:
        return read_application(args.model, args.application, args.preprocessing or "none")
    if args.application is None:
        raise RunnerError(f"give --application (one of {', '.join(APPLICATIONS)}) or --model FILE")
    application = get_application(args.application)
    if args.preprocessing is not None:
        raise RunnerError(f"--preprocessing: is for --model; {application.name} has its own")
    return application
