"""The part of python -m store that is about models."""

from __future__ import annotations

import argparse
from typing import Any

import pandas as pd

from store import cli
from store.registry.registry import CHAMPION, Registry
from store.registry.versions import LATEST
from store.store import Store, open_store

_NAME = "application@cluster/scenario"
_VERSION = "3, v3, latest or an alias"


def add_registry(commands: cli.Commands[argparse.ArgumentParser]) -> None:
    """Add the commands."""
    models = cli.add_command(commands, "models", "List the models, one line a version.", list_models)
    models.add_argument("--application", help="only models of this application")
    models.add_argument("--cluster", help="only models of this cluster")
    models.add_argument("--archived", action="store_true", help="archived versions too")
    cli.add_format(models)
    promote_one = cli.add_act(commands, "promote", "Let an alias point at a version of a model.", promote)
    _add_version(promote_one)
    _add_alias(promote_one)
    back = cli.add_act(
        commands, "roll-back", "Let an alias point where it pointed before; again, further back.", roll_back
    )
    _add_alias(_named(back))
    gone = _named(cli.add_act(commands, "remove-alias", "Take an alias away; its history stays.", remove_alias))
    gone.add_argument("alias", metavar="ALIAS")
    cli.add_format(_named(cli.add_command(commands, "aliases", "List every move of a model's aliases.", list_aliases)))
    figures = _named(cli.add_command(commands, "metrics", "List a metric over a model's versions.", list_metrics))
    figures.add_argument("--metric", default="accuracy", help="such as accuracy, mape, t1, t2, T; default: accuracy")
    cli.add_format(figures)
    compare = _named(
        cli.add_command(commands, "compare", "Show what differs between two versions of a model.", compare_two)
    )
    compare.add_argument("first", metavar="FIRST", help=_VERSION)
    compare.add_argument("second", metavar="SECOND", help=_VERSION)
    cli.add_format(compare)
    _add_version(cli.add_act(commands, "archive", "Put a version aside; restore brings it back.", archive))
    _add_version(cli.add_act(commands, "restore", "Bring an archived version back.", restore))
    _add_version(cli.add_act(commands, "purge", "Delete the bytes of an archived version for good.", purge))
    text = "Check the bytes, the record and the lineage of every model, and that each run is there once."
    cli.add_act(commands, "verify", text, verify)


def _say(args: argparse.Namespace, text: str, **done: Any) -> int:
    """Say what was done, in words or as JSON."""
    if args.json:
        cli.print_json({"name": args.name, **done})
    else:
        print(text)
    return 0


def _named(command: argparse.ArgumentParser) -> argparse.ArgumentParser:
    command.add_argument("name", metavar="NAME", help=_NAME)
    return command


def _add_version(command: argparse.ArgumentParser) -> None:
    _named(command).add_argument("version", metavar="VERSION", help=_VERSION)


def _add_alias(command: argparse.ArgumentParser) -> None:
    command.add_argument("--alias", default=CHAMPION, help=f"default: {CHAMPION}, which the app uses")


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
    text = f"{args.alias} of {args.name} is now version {version}"
    return _say(args, text, alias=args.alias, version=version)


def remove_alias(args: argparse.Namespace) -> int:
    """Take an alias away."""
    open_store(args.home).registry.remove_alias(args.name, args.alias)
    return _say(args, f"{args.alias} of {args.name} is removed", alias=args.alias)


def list_metrics(args: argparse.Namespace) -> int:
    """Print a metric of every version, by version and protocol."""
    registry = open_store(args.home).registry
    model = registry.get(args.name, LATEST)
    figures = registry.figures(model.application, model.cluster)
    of_model = figures[(figures["name"] == args.name) & (figures["metric"] == args.metric)]
    cli.print_frame(of_model.drop(columns="name"), args.format)
    return 0


def list_aliases(args: argparse.Namespace) -> int:
    """Print the history of a model's aliases; version 0 says that the alias was removed."""
    cli.print_frame(open_store(args.home).registry.alias_history(args.name), args.format)
    return 0


def compare_two(args: argparse.Namespace) -> int:
    """Print what differs."""
    cli.print_frame(open_store(args.home).registry.compare(args.name, args.first, args.second), args.format)
    return 0


def _version(args: argparse.Namespace) -> tuple[Registry, int]:
    """The registry, and the number of the version that is meant."""
    registry = open_store(args.home).registry
    return registry, registry.get(args.name, args.version).version


def archive(args: argparse.Namespace) -> int:
    """Archive a version."""
    registry, version = _version(args)
    registry.archive(args.name, version)
    text = f"{args.name} v{version} is archived; restore brings it back, purge deletes its bytes"
    return _say(args, text, version=version)


def restore(args: argparse.Namespace) -> int:
    """Restore a version."""
    registry, version = _version(args)
    registry.restore(args.name, version)
    return _say(args, f"{args.name} v{version} is back", version=version)


def purge(args: argparse.Namespace) -> int:
    """Purge a version."""
    registry, version = _version(args)
    freed = registry.purge(args.name, version)
    text = f"{args.name} v{version} is purged: {freed:,} bytes freed; its record stays"
    return _say(args, text, version=version, freed_bytes=freed)


def verify(args: argparse.Namespace) -> int:
    """Check models and runs; the status is 1 when something is wrong."""
    checked, problems = open_store(args.home).verify()
    if args.json:
        cli.print_json({"versions": checked, "problems": problems})
        return 1 if problems else 0
    for problem in problems:
        print(problem)
    print(f"{checked} versions checked: {f'{len(problems)} problems' if problems else 'ok'}")
    return 1 if problems else 0
