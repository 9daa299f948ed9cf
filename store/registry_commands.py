"""The part of python -m store that is about models."""

from __future__ import annotations

import argparse
from collections.abc import Callable

import pandas as pd

from store import cli
from store.registry import CHAMPION
from store.store import Store, open_store

Commands = argparse._SubParsersAction  # argparse has no public name for it
_NAME = "application@cluster/scenario"
_VERSION = "3, v3, latest or an alias"


def add_registry(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the commands."""
    models = _command(commands, "models", "List the models, one line a version.", list_models)
    models.add_argument("--application", help="only models of this application")
    models.add_argument("--cluster", help="only models of this cluster")
    models.add_argument("--archived", action="store_true", help="archived versions too")
    _add_format(models)
    promote_one = _command(commands, "promote", "Let an alias point at a version of a model.", promote)
    _add_version(promote_one)
    _add_alias(promote_one)
    back = _command(commands, "roll-back", "Let an alias point again where it pointed before.", roll_back)
    back.add_argument("name", metavar="NAME", help=_NAME)
    _add_alias(back)
    _add_format(_named(_command(commands, "aliases", "List every move of a model's aliases.", list_aliases)))
    compare = _named(_command(commands, "compare", "Show what differs between two versions of a model.", compare_two))
    compare.add_argument("first", metavar="FIRST", help=_VERSION)
    compare.add_argument("second", metavar="SECOND", help=_VERSION)
    _add_format(compare)
    _add_version(_command(commands, "archive", "Put a version aside; restore brings it back.", archive))
    _add_version(_command(commands, "restore", "Bring an archived version back.", restore))
    _add_version(_command(commands, "purge", "Delete the bytes of an archived version for good.", purge))
    text = "Check the bytes, the record and the lineage of every model, and that each run is there once."
    _command(commands, "verify", text, verify)


def _command(
    commands: Commands[argparse.ArgumentParser], name: str, text: str, func: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=text, description=text)
    cli.add_home(command)
    command.set_defaults(func=func)
    return command


def _named(command: argparse.ArgumentParser) -> argparse.ArgumentParser:
    command.add_argument("name", metavar="NAME", help=_NAME)
    return command


def _add_version(command: argparse.ArgumentParser) -> None:
    _named(command).add_argument("version", metavar="VERSION", help=_VERSION)


def _add_alias(command: argparse.ArgumentParser) -> None:
    command.add_argument("--alias", default=CHAMPION, help=f"default: {CHAMPION}, which the app uses")


def _add_format(command: argparse.ArgumentParser) -> None:
    command.add_argument("--format", choices=cli.FORMATS, default="table", help="default: table")
    command.add_argument("--json", action="store_const", const="json", dest="format", help="--format json")


def list_models(args: argparse.Namespace) -> int:
    """Print every version; a table shows what fits, CSV and JSON show all."""
    frame = open_store(args.home).registry.load(args.application, args.cluster, archived=args.archived)
    if args.format == "table":
        frame = _short(frame)
    cli.print_frame(frame, args.format)
    return 0


def _short(frame: pd.DataFrame) -> pd.DataFrame:
    short = frame[["name", "version", "aliases", "techniques", "training_runs", "created_at"]]
    return short.assign(archived=frame["archived_at"].notna()) if frame["archived_at"].notna().any() else short


def promote(args: argparse.Namespace) -> int:
    """Move an alias."""
    store = open_store(args.home)
    store.registry.promote(args.name, args.version, args.alias)
    return _say_where(store, args)


def roll_back(args: argparse.Namespace) -> int:
    """Move an alias back."""
    store = open_store(args.home)
    store.registry.roll_back(args.name, args.alias)
    return _say_where(store, args)


def _say_where(store: Store, args: argparse.Namespace) -> int:
    version = store.registry.get(args.name, args.alias).version
    print(f"{args.alias} of {args.name} is now version {version}")
    return 0


def list_aliases(args: argparse.Namespace) -> int:
    """Print the history of a model's aliases; version 0 says that the alias was removed."""
    cli.print_frame(open_store(args.home).registry.alias_history(args.name), args.format)
    return 0


def compare_two(args: argparse.Namespace) -> int:
    """Print what differs."""
    cli.print_frame(open_store(args.home).registry.compare(args.name, args.first, args.second), args.format)
    return 0


def archive(args: argparse.Namespace) -> int:
    """Archive a version."""
    open_store(args.home).registry.archive(args.name, args.version)
    print(f"{args.name} {args.version} is archived; restore brings it back, purge deletes its bytes")
    return 0


def restore(args: argparse.Namespace) -> int:
    """Restore a version."""
    open_store(args.home).registry.restore(args.name, args.version)
    print(f"{args.name} {args.version} is back")
    return 0


def purge(args: argparse.Namespace) -> int:
    """Purge a version."""
    freed = open_store(args.home).registry.purge(args.name, args.version)
    print(f"{args.name} {args.version} is purged: {freed:,} bytes freed; its record stays")
    return 0


def verify(args: argparse.Namespace) -> int:
    """Check models and runs; the status is 1 when something is wrong."""
    checked, problems = open_store(args.home).verify()
    for problem in problems:
        print(problem)
    print(f"{checked} versions checked: {f'{len(problems)} problems' if problems else 'ok'}")
    return 1 if problems else 0
