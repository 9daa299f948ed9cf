"""What the commands of all packages share."""

from __future__ import annotations

import argparse
import json
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from store.errors import SparkcastError
from store.frames import plain, plain_records
from store.home import VARIABLE
from store.spreadsheet import typed_csv

Format = Literal["table", "csv", "json"]
FORMATS: tuple[Format, ...] = ("table", "csv", "json")
DEBUG = "SPARKCAST_DEBUG"
records = plain_records  # for commands that print a frame inside a larger JSON
Commands = argparse._SubParsersAction  # argparse has no public name for it


def add_command(
    commands: Commands[argparse.ArgumentParser], name: str, text: str, func: Callable[[argparse.Namespace], int | None]
) -> argparse.ArgumentParser:
    """Add a command that works on a home; `func` does it, as `run` says."""
    command = commands.add_parser(name, help=text, description=text)
    add_home(command)
    command.set_defaults(func=func)
    return command


def add_act(
    commands: Commands[argparse.ArgumentParser], name: str, text: str, func: Callable[[argparse.Namespace], int | None]
) -> argparse.ArgumentParser:
    """Add a command, as `add_command` does, that says what it did, with --json for scripts."""
    command = add_command(commands, name, text, func)
    add_json(command)
    return command


def add_home(parser: argparse.ArgumentParser) -> None:
    """Add --home PATH."""
    text = f"folder with the database and the models (default: {VARIABLE}, else ./.sparkcast)"
    parser.add_argument("--home", type=Path, metavar="PATH", help=text)


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add --json."""
    parser.add_argument("--json", action="store_true", help="print JSON, for scripts")


def add_format(parser: argparse.ArgumentParser) -> None:
    """Add --format, and --json for one of them, to a command that prints a frame."""
    parser.add_argument("--format", choices=FORMATS, default="table", help="default: table")
    parser.add_argument("--json", action="store_const", const="json", dest="format", help="--format json")


def run(parser: argparse.ArgumentParser, argv: Sequence[str] | None = None) -> int:
    """Parse, call the chosen command, and turn what happens into an exit status.

    Parameters
    ----------
    parser : ArgumentParser
        Its sub-commands set `func`, which takes the Namespace and returns int or None.
    argv : sequence of str or None
        Arguments; None for those of the process.

    Returns
    -------
    int
        0 done, 2 wrong input or arguments, 130 interrupted, 1 anything else. Errors are one line
        on stderr; SPARKCAST_DEBUG=1 adds the traceback.
    """
    args = parser.parse_args(argv)
    try:
        status = args.func(args)
        sys.stdout.flush()
    except SparkcastError as error:
        return _fail(f"error: {error}", error.exit_status)
    except KeyboardInterrupt:
        return _fail("interrupted", 130)
    except BrokenPipeError:
        # The reader, such as head, has seen enough; nothing more may be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        text = f"unexpected error: {type(error).__name__}: {error}"
        return _fail(f"{text} (set {DEBUG}=1 for the traceback)", 1)
    return int(status or 0)


def _fail(text: str, status: int) -> int:
    if os.environ.get(DEBUG) == "1":
        traceback.print_exc()
    print(text, file=sys.stderr)
    return status


def print_frame(frame: pd.DataFrame, format: Format = "table") -> None:
    """Print a frame on stdout: a table for people, CSV, or a JSON list of objects."""
    if format == "json":
        print_json(plain_records(frame))
    elif format == "csv":
        print(typed_csv(frame), end="")
    elif frame.empty:
        print("nothing found")
    else:
        print(frame.map(_table_cell).to_string(index=False))


def print_json(value: Any) -> None:
    """Print JSON on stdout; tuples are lists."""
    print(json.dumps(value, indent=2))


def _table_cell(value: Any) -> Any:
    cell = plain(value)
    if cell is None:
        return ""
    if isinstance(cell, dict):
        return ", ".join(f"{key}={item}" for key, item in cell.items())
    return ", ".join(map(str, cell)) if isinstance(cell, list) else cell
