"""Reading the values of the command line: lists, memory sizes, and what is out of range."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from runner.errors import RunnerError

Value = TypeVar("Value", int, float)

SMALLEST_MEMORY_MIB = 512
_MEMORY = re.compile(r"(\d+(?:\.\d+)?)\s*(g|gb|gib|m|mb|mib)", re.IGNORECASE)
_RANGES = {
    "--executors": (1, 100_000),
    "--cores": (1, 1_024),
    "--images-per-partition": (1, 10**9),
    "--repeats": (1, 10_000),
    "--synthetic": (1, 10_000_000),
    "--seed": (0, 2**32 - 1),
}


def read_list(option: str, text: str, read: Callable[[str, str], Value]) -> list[Value]:
    """Return the values of a comma-separated list, sorted, each once."""
    return sorted({read(option, item.strip()) for item in text.split(",")})


def read_integer(option: str, text: str) -> int:
    """Return a whole number inside the option's range.

    Raises
    ------
    RunnerError
        When it is none.
    """
    low, high = _RANGES[option]
    if not re.fullmatch(r"[+-]?\d{1,12}", text) or not low <= int(text) <= high:
        raise RunnerError(f"{option}: {text!r} is not a whole number from {low} to {high:,}")
    return int(text)


def read_rate(option: str, text: str) -> float:
    """Return a sampling rate in percent, above 0 and at most 100."""
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not 0 < rate <= 100:
        raise RunnerError(f"{option}: {text!r} is not a percentage above 0 and at most 100")
    return rate


def read_seconds(option: str, text: str) -> float:
    """Return a time in seconds from 1 to a week."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 1 <= seconds <= 7 * 86_400:
        raise RunnerError(f"{option}: {text!r} is not a number of seconds from 1 to 604,800 (a week)")
    return seconds


def read_memory(option: str, text: str) -> int:
    """Return executor memory in MiB, from text like ``1g`` or ``1536m`` (1 g = 1024 m).

    Raises
    ------
    RunnerError
        When it is no size, or less than Spark accepts.
    """
    found = _MEMORY.fullmatch(text)
    if found is None:
        raise RunnerError(f"{option}: {text!r} is not a memory size; write it like 1g or 1536m")
    mib = float(found[1]) * (1024 if found[2].lower().startswith("g") else 1)
    if mib != int(mib):
        raise RunnerError(f"{option}: {text!r} is not a whole number of MiB; write it like 1g or 1536m")
    if mib < SMALLEST_MEMORY_MIB:
        raise RunnerError(f"{option}: {text!r} is too small for a Spark executor; the least is {SMALLEST_MEMORY_MIB}m")
    return int(mib)
