"""Which run-log column a header means: its own name, a name that people and Spark use for it, and a unit."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from store.checking.cells import did_you_mean
from store.errors import Problem
from store.runlog import BY_NAME, NAMES

ALIASES: dict[str, tuple[str, ...]] = {
    "run_id": ("id", "uuid"),
    "application": ("app", "app name", "application name", "spark app name", "cnn", "cnn model", "network"),
    "cluster": ("cluster name",),
    "num_executors": ("E_num", "spark executor instances", "executors", "executor instances", "executor count"),
    "executor_cores": ("C_num", "spark executor cores", "cores per executor", "cores"),
    "total_cores": ("spark cores max", "cores total"),
    "executor_memory_gb": ("E_mem", "executor memory", "memory", "memory per executor"),
    "images_per_partition": ("P_size", "partition size"),
    "sampling_rate_pct": ("SR", "sampling rate", "sample rate"),
    "input_images": ("images", "num images"),
    "dataset_images": ("dataset size", "total images"),
    "completion_time_s": ("CT", "completion time", "duration", "elapsed", "elapsed time", "run time", "runtime"),
    "status": ("outcome", "state"),
    "failure_kind": ("failure",),
    "started_at": ("started", "start", "start time"),
    "spark_version": ("spark",),
    "campaign": ("experiment",),
    "repeat": ("repetition", "trial"),
    "settings": ("conf",),
}
# How many of the column's own unit one of these is.
UNITS: dict[str, dict[str, float]] = {
    "s": {"s": 1, "sec": 1, "seconds": 1, "ms": 0.001, "min": 60, "minutes": 60, "h": 3600, "hours": 3600},
    "GiB": {"g": 1, "gb": 1, "gib": 1, "m": 2.0**-10, "mb": 2.0**-10, "mib": 2.0**-10},
    "percent": {"%": 1, "pct": 1, "percent": 1},
}
# Spark reads spark.executor.memory without a unit as MiB.
_IN_MIB = "spark executor memory"
_NAMELESS = re.compile(r"|unnamed: \d+|__index_level_\d+__", re.I)


@dataclass(frozen=True)
class Header:
    """What is made of one column of a file.

    Parameters
    ----------
    name : str
        The header in the file.
    column : str or None
        The run-log column; None when the file's column is ignored, or not understood.
    scale : float
        What its plain numbers are multiplied by to get the column's unit.
    ignored : bool
        Nobody wants it: the user said so, or it has no name.
    """

    name: str
    column: str | None
    scale: float = 1.0
    ignored: bool = False


def recognise(name: str) -> Header:
    """Find the run-log column that a header means."""
    if _NAMELESS.fullmatch(name.strip()):
        return Header(name, None, ignored=True)
    words = _words(name)
    if words == _IN_MIB:
        return Header(name, "executor_memory_gb", UNITS["GiB"]["mib"])
    if words in _MEANINGS:
        return Header(name, _MEANINGS[words])
    base, _, unit = words.rpartition(" ")
    column = _MEANINGS.get(base)
    scale = None if column is None else UNITS.get(BY_NAME[column].unit, {}).get(unit)
    return Header(name, None) if scale is None else Header(name, column, scale)


def match(names: Sequence[str], chosen: Mapping[str, str | None] | None = None) -> list[Header]:
    """Find the run-log column of every header.

    Parameters
    ----------
    names : sequence of str
        The headers, in the order of the file.
    chosen : mapping
        The user's own choice for some of them: header to run-log column, or to None to ignore it.
    """
    chosen = chosen or {}
    return [_chosen(name, chosen[name]) if name in chosen else recognise(name) for name in names]


def _chosen(name: str, column: str | None) -> Header:
    known = recognise(name)
    return known if known.column == column is not None else Header(name, column, ignored=column is None)


def problems(headers: Sequence[Header], given: Collection[str] = (), line: int | None = None) -> list[Problem]:
    """Say what is wrong with the headers: not understood, twice, missing.

    Parameters
    ----------
    headers : sequence of Header
        What was made of them.
    given : collection of str
        Run-log columns that the file need not have.
    line : int or None
        Line of the headers, where there is one.
    """
    found = [Problem(line, column, text) for column, text in twice(headers)]
    found += [
        Problem(line, header.name, f"is no column of a run log{did_you_mean(header.name, NAMES)}")
        for header in dict.fromkeys(headers)
        if header.column is None and not header.ignored
    ]
    columns = {header.column for header in headers} | set(given)
    return found + [Problem(line, name, f"is missing; {why}") for name, why in _missing(columns)]


def twice(headers: Sequence[Header]) -> list[tuple[str, str]]:
    """Return the columns that more than one header means, each with what to do."""
    meant: dict[str, list[str]] = {}
    for header in headers:
        meant.setdefault(header.column or header.name, []).append(header.name)
    ignored = {header.name for header in headers if header.ignored}
    several = {column: names for column, names in meant.items() if len(names) > 1 and not set(names) <= ignored}
    return [(column, f"is {_said(names)}; keep one") for column, names in several.items()]


def _said(names: Sequence[str]) -> str:
    once = list(dict.fromkeys(names))
    return "there more than once" if len(once) == 1 else f"what {' and '.join(once)} mean"


def _missing(columns: set[str | None]) -> list[tuple[str, str]]:
    missing = [(c.name, "every run needs it") for c in BY_NAME.values() if c.needed == "yes" and c.name not in columns]
    if "sampling_rate_pct" not in columns and not {"input_images", "dataset_images"} <= columns:
        missing.append(("sampling_rate_pct", "give it, or both input_images and dataset_images"))
    if not {"completion_time_s", "status"} & columns:
        missing.append(("completion_time_s", "every run whose status is ok needs it"))
    return missing


def _words(name: str) -> str:
    """Write a header in lower case, words apart: E_num, e-num and "E num" are one."""
    return re.sub(r"[\s_.()\[\]/-]+", " ", name.replace("%", " % ")).strip().lower()


_MEANINGS = {_words(name): column for column, names in ALIASES.items() for name in names} | {
    _words(name): name for name in NAMES
}
