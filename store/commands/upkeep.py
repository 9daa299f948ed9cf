"""The part of python -m store that looks after the database: snapshot, recover, compact."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from datetime import timedelta

from store import cli
from store.database.recovery import recover
from store.home import locate
from store.store import open_store

OLD_DAYS = 30.0


def add_upkeep(commands: cli.Commands[argparse.ArgumentParser]) -> None:
    """Add the commands."""
    cli.add_act(commands, "snapshot", "Copy the database to a file to go back to; done daily by itself.", snapshot)
    cli.add_act(commands, "recover", "Keep a damaged database aside and bring back its last good state.", go_back)
    text = "Move the task records of old runs from the database into a Parquet file; they are read from there."
    compact = cli.add_act(commands, "compact", text, move_tasks)
    compact.add_argument(
        "--older-than", type=_days, default=OLD_DAYS, metavar="DAYS", help=f"since stored; default: {OLD_DAYS:g}"
    )


def _days(text: str) -> float:
    try:
        days = float(text)
    except ValueError:
        days = -1.0
    if not 0 <= days <= 36_500:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of days from 0 to 36500")
    return days


def snapshot(args: argparse.Namespace) -> None:
    """Make a snapshot and say where it is."""
    path = open_store(args.home).snapshots.make()
    if args.json:
        cli.print_json({"file": str(path), "bytes": path.stat().st_size})
        return
    print(f"{path}: {path.stat().st_size:,} bytes")


def go_back(args: argparse.Namespace) -> None:
    """Recover and say what came back."""
    found = recover(locate(args.home))
    newest = f"{found.newest_run:%Y-%m-%d %H:%M} UTC" if found.newest_run else None
    if args.json:
        cli.print_json({**asdict(found), "newest_run": newest, "kept": found.kept and str(found.kept)})
        return
    print(f"back to {found.source}: {found.runs:,} runs, {found.versions:,} model versions")
    print(f"  the newest run was stored on {newest}; import what came later again" if newest else "  it has no runs")
    print(f"  the damaged file is kept in {found.kept}" if found.kept else "  the file was gone")


def move_tasks(args: argparse.Namespace) -> None:
    """Compact and say what was moved."""
    moved = open_store(args.home).task_files.compact(timedelta(days=args.older_than))
    if args.json:
        cli.print_json({"runs": moved.runs, "tasks": moved.tasks, "file": moved.file and str(moved.file)})
    elif moved.file is None:
        print(f"no run was stored more than {args.older_than:g} days ago with its tasks in the database")
    else:
        print(f"{moved.tasks:,} tasks of {moved.runs:,} runs are in {moved.file} ({moved.file.stat().st_size:,} bytes)")
