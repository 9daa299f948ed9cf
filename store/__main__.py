"""The command python -m store."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from store import cli, document, runlog
from store.errors import EventLogError, SparkcastError
from store.eventlogs import options as eventlog_options
from store.eventlogs.imports import Refused, preview
from store.eventlogs.run import Supplied
from store.eventlogs.table import table
from store.imports import Imported
from store.registry_commands import add_registry
from store.store import Store, open_store


def parser() -> argparse.ArgumentParser:
    """Return the parser of python -m store."""
    top = argparse.ArgumentParser(prog="python -m store", description="Run logs and models: import, list, promote.")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    _import(commands)
    _logs(commands)
    _uploads(commands)
    _undo(commands)
    _runs(commands)
    _tasks(commands)
    add_registry(commands)
    _format(commands)
    return top


Commands = argparse._SubParsersAction  # argparse has no public name for it


def _command(commands: Commands[argparse.ArgumentParser], name: str, text: str) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=text, description=text)
    cli.add_home(command)
    return command


def _add_format(command: argparse.ArgumentParser) -> None:
    command.add_argument("--format", choices=cli.FORMATS, default="table", help="default: table")
    command.add_argument("--json", action="store_const", const="json", dest="format", help="--format json")


def _import(commands: Commands[argparse.ArgumentParser]) -> None:
    text = "Import run logs (CSV) and Spark event logs; each file or log wholly or not at all."
    command = _command(commands, "import", text)
    command.add_argument("files", nargs="+", metavar="FILE", help="event logs also as folders, .zip and .tar")
    cli.add_json(command)
    eventlog_options.add(command)
    command.set_defaults(func=import_files)


def _logs(commands: Commands[argparse.ArgumentParser]) -> None:
    text = "Say what Spark event logs tell of their runs; nothing is stored."
    command = commands.add_parser("logs", help=text, description=text)
    command.add_argument("files", nargs="+", metavar="FILE", help="a log, a folder of logs, a .zip or a .tar")
    _add_format(command)
    command.set_defaults(func=list_logs)


def _uploads(commands: Commands[argparse.ArgumentParser]) -> None:
    command = _command(commands, "uploads", "List the uploads, oldest first.")
    _add_format(command)
    command.set_defaults(func=list_uploads)


def _undo(commands: Commands[argparse.ArgumentParser]) -> None:
    command = _command(commands, "undo", "Take an upload back: all its runs go, its record stays.")
    command.add_argument("upload", metavar="UPLOAD", help="its id, or the beginning of it")
    command.add_argument("--force", action="store_true", help="also when models were trained on its runs")
    cli.add_json(command)
    command.set_defaults(func=undo)


def _runs(commands: Commands[argparse.ArgumentParser]) -> None:
    command = _command(commands, "runs", "List the runs.")
    for column in ("application", "cluster", "campaign", "status", "origin"):
        choices = runlog.BY_NAME[column].choices or None
        command.add_argument(f"--{column}", choices=choices, help=f"only runs of this {column}")
    _add_format(command)
    command.set_defaults(func=list_runs)


def _tasks(commands: Commands[argparse.ArgumentParser]) -> None:
    command = _command(commands, "tasks", "List the tasks of the runs that have task records.")
    command.add_argument("--application", help="only runs of this application")
    command.add_argument("--cluster", help="only runs of this cluster")
    _add_format(command)
    command.set_defaults(func=list_tasks)


def _format(commands: Commands[argparse.ArgumentParser]) -> None:
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


def import_files(args: argparse.Namespace) -> int:
    """Import every file; a bad one does not keep the others out, but the status says so."""
    store = _open(args)
    supplied = eventlog_options.supplied(args)
    outcomes: list[Imported] = []
    status = 0
    for file in args.files:
        try:
            found = _import_file(store, Path(file), supplied)
        except SparkcastError as error:
            print(f"error: {error}", file=sys.stderr)
            status = error.exit_status
            continue
        for outcome in found:
            if isinstance(outcome, Refused):
                print(f"error: {outcome.reason}", file=sys.stderr)
                status = EventLogError.exit_status
                continue
            outcomes.append(outcome)
            if not args.json:
                _say(outcome)
    if args.json:
        cli.print_json([asdict(outcome) for outcome in outcomes])
    return status


def _import_file(store: Store, path: Path, supplied: Supplied) -> Sequence[Imported | Refused]:
    if store.eventlogs.recognises(path):
        return store.eventlogs.add(path, supplied)
    return [store.imports.add_file(path)]


def _say(outcome: Imported) -> None:
    print(f"{outcome.name}: {outcome.added} runs added, {outcome.already_there} already there")
    for note in outcome.notes:
        print(f"  note: {note}")


def list_logs(args: argparse.Namespace) -> None:
    """Print what event logs say."""
    previews = [found for file in args.files for found in preview(Path(file))]
    cli.print_frame(table(previews), args.format)


def list_uploads(args: argparse.Namespace) -> None:
    """Print the uploads."""
    frame = _open(args).uploads.load()
    if args.format == "table":
        short = frame["upload_id"].str[:8]
        frame = frame.assign(upload=short)[["upload", *frame.columns.drop(["upload_id", "sha256"])]]
    cli.print_frame(frame, args.format)


def undo(args: argparse.Namespace) -> None:
    """Take an upload back and say what that did."""
    undone = _open(args).uploads.undo(args.upload, args.force)
    if args.json:
        cli.print_json(asdict(undone))
        return
    print(f"{undone.name}: {undone.removed} runs removed, {undone.kept} kept that a later upload brought too")
    if undone.models:
        print(f"  note: fit these again, their runs are gone: {', '.join(undone.models)}")


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
