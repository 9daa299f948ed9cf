"""The command python -m store."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from store import cli, document, runlog
from store.commands.registry import add_registry
from store.commands.upkeep import add_upkeep
from store.commands.uploads import add_uploads
from store.errors import EventLogError
from store.eventlogs.imports import Preview, Refused, preview
from store.eventlogs.table import table
from store.store import Store, open_store


def parser() -> argparse.ArgumentParser:
    """Return the parser of python -m store."""
    top = argparse.ArgumentParser(prog="python -m store", description="Run logs and models: import, list, promote.")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    add_uploads(commands)
    _logs(commands)
    _runs(commands)
    _tasks(commands)
    add_registry(commands)
    add_upkeep(commands)
    _format(commands)
    return top


def _logs(commands: cli.Commands[argparse.ArgumentParser]) -> None:
    text = "Say what Spark event logs tell of their runs; nothing is stored."
    command = commands.add_parser("logs", help=text, description=text)
    command.add_argument("files", nargs="+", metavar="FILE", help="a log, a folder of logs, a .zip or a .tar")
    cli.add_format(command)
    command.set_defaults(func=list_logs)


def _runs(commands: cli.Commands[argparse.ArgumentParser]) -> None:
    command = cli.add_command(commands, "runs", "List the runs.", list_runs)
    for column in ("application", "cluster", "campaign", "status", "origin"):
        choices = runlog.BY_NAME[column].choices or None
        command.add_argument(f"--{column}", choices=choices, help=f"only runs of this {column}")
    cli.add_format(command)


def _tasks(commands: cli.Commands[argparse.ArgumentParser]) -> None:
    command = cli.add_command(commands, "tasks", "List the tasks of the runs that have task records.", list_tasks)
    command.add_argument("--application", help="only runs of this application")
    command.add_argument("--cluster", help="only runs of this cluster")
    cli.add_format(command)


def _format(commands: cli.Commands[argparse.ArgumentParser]) -> None:
    text = "Print the run-log format as Markdown, or a CSV template."
    command = commands.add_parser("format", help=text, description=text)
    command.add_argument("--template", action="store_true", help="a CSV with one example run")
    command.set_defaults(func=print_format)


def _open(args: argparse.Namespace) -> Store:
    """Open the store; what it cannot take in is said on stderr, out of the way of data."""
    store = open_store(args.home)
    if rejected := store.inbox.rejected():
        count, folder = len(rejected), rejected[0].parent
        print(f"note: {count} files are no valid runs; the reasons are in {folder}", file=sys.stderr)
    return store


def list_logs(args: argparse.Namespace) -> int:
    """Print what event logs say; what is no log does not hide the others, but the status says so."""
    previews: list[Preview | Refused] = []
    status = 0
    for file in args.files:
        try:
            previews += preview(Path(file))
        except EventLogError as error:
            print(f"error: {error}", file=sys.stderr)
            status = error.exit_status
    if previews:
        cli.print_frame(table(previews), args.format)
    return status


def list_runs(args: argparse.Namespace) -> None:
    """Print the runs that pass the filters."""
    store = _open(args)
    frame = store.runs.load(args.application, args.cluster, args.campaign, status=args.status, origin=args.origin)
    if args.format == "table":
        frame = frame.drop(columns="settings").dropna(axis="columns", how="all")
    cli.print_frame(frame, args.format)


def list_tasks(args: argparse.Namespace) -> None:
    """Print the tasks of the runs that pass the filters."""
    cli.print_frame(_open(args).runs.all_tasks(args.application, args.cluster), args.format)


def print_format(args: argparse.Namespace) -> None:
    """Print the contract."""
    print(runlog.template() if args.template else document.markdown(), end="")


if __name__ == "__main__":
    sys.exit(cli.run(parser()))
