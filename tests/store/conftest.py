from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from store import Store, open_store

RUN: dict[str, Any] = {
    "application": "resnet50",
    "cluster": "lab",
    "num_executors": 4,
    "executor_cores": 2,
    "executor_memory_gb": 8.0,
    "sampling_rate_pct": 10.0,
    "completion_time_s": 123.5,
}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A fresh store in a real file."""
    return open_store(tmp_path / "home")


@pytest.fixture
def run() -> Callable[..., dict[str, Any]]:
    """A valid run; keywords replace its values, None takes one away."""

    def make(**changes: Any) -> dict[str, Any]:
        values = {**RUN, **changes}
        return {name: value for name, value in values.items() if value is not None}

    return make


@pytest.fixture
def csv_of(run: Callable[..., dict[str, Any]]) -> Callable[..., bytes]:
    """A CSV file; each argument is the changes of one row."""

    def make(*rows: dict[str, Any]) -> bytes:
        runs = [run(**changes) for changes in rows]
        header = list(dict.fromkeys(name for one in runs for name in one))
        lines = [header, *([str(one.get(name, "")) for name in header] for one in runs)]
        return "".join(",".join(_quoted(cell) for cell in line) + "\n" for line in lines).encode()

    return make


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if set(cell) & set(',"\n') else cell
