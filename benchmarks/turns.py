"""What benchmarks share whose arms take turns."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from runner.clusters.software import check_java

Measured = TypeVar("Measured")


def add_turns(parser: argparse.ArgumentParser, rounds: int = 3) -> None:
    """Add how often arms take turns, and where."""
    parser.add_argument("--rounds", type=int, default=rounds)
    parser.add_argument("--home", type=Path, help="folder for images and runs (default: a temporary one)")


def in_turns(arms: Sequence[str], rounds: int, measure: Callable[[str], Measured]) -> dict[str, list[Measured]]:
    """Measure each arm once a round, in another order each; return what each arm measured, round by round."""
    measured: dict[str, list[Measured]] = {arm: [] for arm in arms}
    for number in range(rounds):
        first = number % len(arms)
        for arm in [*arms[first:], *arms[:first]]:
            measured[arm].append(measure(arm))
            print(f"round {number + 1}: {arm:<24} {measured[arm][-1]}", flush=True)
    return measured


@contextmanager
def home_of(arguments: argparse.Namespace) -> Iterator[Path]:
    """Give the folder that `add_turns` asked for; a temporary one is gone afterwards."""
    check_java()
    with tempfile.TemporaryDirectory() as temporary:
        yield (arguments.home or Path(temporary)).resolve()
