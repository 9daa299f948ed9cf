"""Reading the values of the command line: lists, ranges, sizes, times, and what is out of range."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TypeVar

from runner.errors import RunnerError
from runner.plans.grid import MOST_CORES

Value = TypeVar("Value", int, float)

SMALLEST_MEMORY_MIB = 512
LARGEST_MEMORY_MIB = 1_000 * 1024  # of the run log's executor_memory_gb
MOST_VALUES = 10_000
_MEMORY = re.compile(r"(\d+(?:\.\d+)?)\s*(g|gb|gib|m|mb|mib)", re.IGNORECASE)
_TIME = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|min|h|d|)", re.IGNORECASE)
_SECONDS = {"": 1, "s": 1, "m": 60, "min": 60, "h": 3_600, "d": 86_400}
_RANGES = {
    "--executors": (1, 100_000),
    "--cores": (1, MOST_CORES),
    "--total-cores": (1, 1_000_000),
    "--spread-cores": (1, MOST_CORES),
    "--images-per-partition": (1, 10**9),
    "--repeats": (1, 10_000),
    "--limit-runs": (1, 1_000_000),
    "--synthetic": (1, 10_000_000),
    "--seed": (0, 2**32 - 1),
    "--epochs": (1, 400),  # the run log takes 20,000 characters of settings, with four lists by epoch among them
    "--batch": (1, 1_000_000),
    "--images": (10, 10_000_000),
    "--trials": (1, 100_000),
    "--filters": (1, 1_024),
}


def read_list(
    option: str,
    text: str,
    read: Callable[[str, str], Value],
    read_step: Callable[[str, str], Value] | None = None,
) -> list[Value]:
    """Return the values of a comma-separated list of values and ranges, sorted, each once.

    A range is ``MIN:MAX:STEP`` or ``MIN:MAX:xFACTOR``: the paper's min, max and scale. Both ends are in it when the
    scale meets them.

    Parameters
    ----------
    option, text : str
    read : callable
        Reads a value, given the option and its text.
    read_step : callable, optional
        Reads a STEP; by default `read`, which suits where a step has the limits of a value.

    Raises
    ------
    RunnerError
        When a part is no value and no range, or when there are more than `MOST_VALUES`.
    """
    values: set[Value] = set()
    for item in text.split(","):
        item = item.strip()
        values.update(_read_range(option, item, read, read_step or read) if ":" in item else [read(option, item)])
        if len(values) > MOST_VALUES:
            raise RunnerError(f"{option}: {text!r} has more than {MOST_VALUES:,} values")
    return sorted(values)


def _read_range(
    option: str, text: str, read: Callable[[str, str], Value], read_step: Callable[[str, str], Value]
) -> Iterator[Value]:
    parts = [part.strip() for part in text.split(":")]
    if len(parts) != 3:
        raise RunnerError(f"{option}: {text!r} is not a range; write MIN:MAX:STEP like 2:8:2, or MIN:MAX:xFACTOR")
    low, high = read(option, parts[0]), read(option, parts[1])
    if low > high:
        raise RunnerError(f"{option}: {text!r} starts above its end")
    following = _read_scale(option, parts[2], read_step)
    value = low
    for _ in range(MOST_VALUES + 1):
        if value > high:
            return
        yield value
        value = following(value)


def _read_scale(option: str, text: str, read_step: Callable[[str, str], Value]) -> Callable[[Value], Value]:
    if text.startswith("x"):
        factor = int(text[1:]) if re.fullmatch(r"\d{1,6}", text[1:]) else 0
        if factor < 2:
            raise RunnerError(f"{option}: {text!r} is not a factor; write a whole number from 2, like x10")
        return lambda value: value * factor
    step = read_step(option, text)
    # A step of 0.1 must arrive at 0.3.
    return lambda value: type(value)(round(value + step, 9))


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


def read_positive(option: str, text: str) -> float:
    """Return a number above 0 and at most 1,000."""
    return _above_zero(option, text, 1_000, "a number")


def read_rate(option: str, text: str) -> float:
    """Return a sampling rate in percent, above 0 and at most 100."""
    return _above_zero(option, text, 100, "a percentage")


def _above_zero(option: str, text: str, most: int, what: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number <= most:
        raise RunnerError(f"{option}: {text!r} is not {what} above 0 and at most {most:,}")
    return number


def read_seconds(option: str, text: str) -> float:
    """Return a time in seconds, from 1 s to a week, from text like ``90``, ``90s``, ``10m`` or ``1.5h``."""
    found = _TIME.fullmatch(text)
    seconds = float(found[1]) * _SECONDS[found[2].lower()] if found else 0.0
    if not 1 <= seconds <= 7 * 86_400:
        raise RunnerError(f"{option}: {text!r} is not a time from 1 s to 7 d; write it like 90s, 10m or 1.5h")
    return seconds


def read_memory(option: str, text: str) -> int:
    """Return executor memory in MiB, from text like ``1g`` or ``1536m`` (1 g = 1024 m).

    Raises
    ------
    RunnerError
        When it is no size, less than Spark accepts, or more than the run log does.
    """
    mib = _read_mib(option, text)
    if mib < SMALLEST_MEMORY_MIB:
        raise RunnerError(f"{option}: {text!r} is too small for a Spark executor; the least is {SMALLEST_MEMORY_MIB}m")
    if mib > LARGEST_MEMORY_MIB:
        most = LARGEST_MEMORY_MIB // 1024
        raise RunnerError(f"{option}: {text!r} is more than the run log takes for one executor; the most is {most}g")
    return mib


def read_memory_step(option: str, text: str) -> int:
    """Return the step of a range of executor memory in MiB, which may be smaller than any executor."""
    mib = _read_mib(option, text)
    if not mib:
        raise RunnerError(f"{option}: {text!r} is no step; write it like 256m or 1g")
    return mib


def _read_mib(option: str, text: str) -> int:
    found = _MEMORY.fullmatch(text)
    if found is None:
        raise RunnerError(f"{option}: {text!r} is not a memory size; write it like 1g or 1536m")
    mib = float(found[1]) * (1024 if found[2].lower().startswith("g") else 1)
    if mib != int(mib):
        raise RunnerError(f"{option}: {text!r} is not a whole number of MiB; write it like 1g or 1536m")
    return int(mib)
