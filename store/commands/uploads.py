"""The part of python -m store that is about uploads: import, uploads, undo."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from store import cli
from store.errors import EventLogError, InvalidRunsError, SparkcastError
from store.eventlogs import options as eventlog_options
from store.eventlogs.imports import Refused
from store.eventlogs.run import Supplied
from store.frames import plain_records
from store.printable import printable
from store.runlog import NAMES
from store.store import Store, open_store
from store.tables.examine import Choices
from store.uploads.imports import Preview
from store.uploads.records import Imported

SHOWN = 20


def add_uploads(commands: cli.Commands[argparse.ArgumentParser]) -> None:
    """Add the commands."""
    _import(commands)
    cli.add_format(cli.add_command(commands, "uploads", "List the uploads, oldest first.", list_uploads))
    take_back = cli.add_command(commands, "undo", "Take an upload back: all its runs go, its record stays.", undo)
    take_back.add_argument("upload", metavar="UPLOAD", help="its id, or the beginning of it")
    take_back.add_argument("--force", action="store_true", help="also when models were trained on its runs")
    cli.add_json(take_back)


def _import(commands: cli.Commands[argparse.ArgumentParser]) -> None:
    text = "Import run logs (CSV, Parquet, JSON, Excel) and Spark event logs; each file or log wholly or not at all."
    command = cli.add_command(commands, "import", text, import_files)
    command.add_argument("files", nargs="+", metavar="FILE", help="event logs also as folders, .zip and .tar")
    cli.add_json(command)
    tables = command.add_argument_group("for tables")
    tables.add_argument("--dry-run", action="store_true", help="say what would come of the files; store nothing")
    tables.add_argument("--keep-good", action="store_true", help="take the good rows although others are wrong")
    tables.add_argument(
        "--column",
        action="append",
        type=_column,
        default=[],
        metavar="HEADER=NAME",
        help="the run-log column that a header means; HEADER= ignores it; may be given several times",
    )
    eventlog_options.add(command)


def _column(text: str) -> tuple[str, str | None]:
    header, equals, name = text.rpartition("=")
    if not equals or not header or (name and name not in NAMES):
        raise argparse.ArgumentTypeError(f"{text!r} is not HEADER=NAME with the name of a run-log column")
    return header, name or None


def import_files(args: argparse.Namespace) -> int:
    """Import every file; a bad one does not keep the others out, but the status says so."""
    store = open_store(args.home)
    outcomes: list[Mapping[str, Any]] = []
    status = 0
    for file in args.files:
        try:
            found = _take(store, Path(file), args)
        except SparkcastError as error:
            print(f"error: {error}", file=sys.stderr)
            _hint(error, args)
            status = error.exit_status
            continue
        for outcome in found:
            if isinstance(outcome, Refused):
                print(f"error: {outcome.reason}", file=sys.stderr)
                status = EventLogError.exit_status
                continue
            outcomes.append(_said(outcome, args.json))
    if args.json:
        cli.print_json(outcomes)
    return status


def _take(store: Store, path: Path, args: argparse.Namespace) -> Sequence[Imported | Preview | Refused]:
    supplied = eventlog_options.supplied(args)
    if store.eventlogs.recognises(path):
        if args.dry_run:
            raise EventLogError(f"{path} is an event log; python -m store logs says what is in it")
        return store.eventlogs.add(path, supplied)
    choices = Choices(dict(args.column), _given(supplied))
    if args.dry_run:
        return [store.imports.preview(path, path.name, choices)]
    return [store.imports.add_file(path, choices=choices, keep_good=args.keep_good)]


def _given(supplied: Supplied) -> dict[str, str]:
    """Return what the options say, as the text of columns that a table lacks."""
    return {name: str(value) for name, value in asdict(supplied).items() if value is not None}


def _hint(error: SparkcastError, args: argparse.Namespace) -> None:
    if not isinstance(error, InvalidRunsError):
        return
    if error.good and not args.keep_good:
        print(f"note: --keep-good would take the {error.good:,} rows without problems", file=sys.stderr)
    unknown = dict.fromkeys(printable(one.column) for one in error.problems if one.column and one.column not in NAMES)
    if unknown:
        ignoring = " ".join(f"--column {shlex.quote(f'{header}=')}" for header in unknown)
        print(f"note: {ignoring} ignores what is no column of a run log", file=sys.stderr)


def _said(outcome: Imported | Preview, as_json: bool) -> Mapping[str, Any]:
    """Print what came of a file for people; return it for scripts."""
    if isinstance(outcome, Preview):
        if not as_json:
            _print_preview(outcome)
        return {**vars(outcome), "headers": list(map(asdict, outcome.headers)),
                "problems": list(map(asdict, outcome.problems)), "sample": plain_records(outcome.sample)}  # fmt: skip
    if not as_json:
        left_out = f", {outcome.left_out} left out" if outcome.left_out else ""
        print(f"{outcome.name}: {outcome.added} runs added, {outcome.already_there} already there{left_out}")
        for note in outcome.notes:
            print(f"  note: {note}")
    return asdict(outcome)


def _print_preview(preview: Preview) -> None:
    print(f"{preview.name}: {preview.kind}, {preview.rows:,} rows, {preview.good:,} good, {preview.bad:,} bad")
    for header in preview.headers:
        scale = f", each {header.scale:g} of its unit" if header.scale != 1 else ""
        meaning = header.column or ("ignored" if header.ignored else "unknown")
        print(f"  {printable(header.name) or '(no name)'}: {meaning}{scale}")
    for note in preview.notes:
        print(f"  note: {note}")
    for problem in preview.problems[:SHOWN]:
        print(f"  {problem.describe(preview.unit)}")
    if preview.count > SHOWN:
        print(f"  ... and {preview.count - SHOWN:,} more")


def list_uploads(args: argparse.Namespace) -> None:
    """Print the uploads."""
    frame = open_store(args.home).uploads.load()
    if args.format == "table":
        short = frame["upload_id"].str[:8]
        frame = frame.assign(upload=short)[["upload", *frame.columns.drop(["upload_id", "sha256"])]]
    cli.print_frame(frame, args.format)


def undo(args: argparse.Namespace) -> None:
    """Take an upload back and say what that did."""
    undone = open_store(args.home).uploads.undo(args.upload, args.force)
    if args.json:
        cli.print_json(asdict(undone))
        return
    print(f"{undone.name}: {undone.removed} runs removed, {undone.kept} kept that a later upload brought too")
    if undone.models:
        print(f"  note: fit these again, their runs are gone: {', '.join(undone.models)}")
