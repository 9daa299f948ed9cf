"""The executors that an application really had: how many, with how many cores, and with how much memory."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from store.eventlogs.application import DRIVERS, Application, ExecutorEvents

MIB_PER_GIB = 1024
LATE = 0.99  # executors that were there for less of the jobs' time came late
_GROWN = 0.5  # of the first one's time: who was there for less was not just late, the application had grown
# SparkMasterRegex allows blanks around the comma, and Databricks writes one for a single node: local[*, 4].
_LOCAL = re.compile(r"local(\[(?P<threads>\d+|\*)(\s*,\s*\d+)?\])?")
# JavaUtils.byteStringAs: the unit may be left out, and then means MiB for the settings read here.
_SIZE = re.compile(r"(?P<number>\d{1,15}(\.\d+)?)\s*(?P<unit>[bkmgtp])?b?", re.I)
_MIB = {"b": 2.0**-20, "k": 2.0**-10, "m": 1.0, "g": 2.0**10, "t": 2.0**20, "p": 2.0**30}


@dataclass(frozen=True)
class Window:
    """The time that counts: Unix milliseconds."""

    start_ms: int
    end_ms: int


@dataclass(frozen=True)
class Fleet:
    """The executors of one application during its jobs; None is what the log does not say.

    Parameters
    ----------
    executors : int or None
        How many there were; where they came and went, the average over time, rounded, at least 1.
    cores : int or None
        Of the largest.
    total_cores : int or None
        Over all executors, averaged as they are.
    mean, mean_cores : float or None
        Executors and their cores, averaged over time.
    registered : int
        Executors that were there at some moment of the jobs.
    came_and_went : bool
        Their number is an average, and was not the same all the time.
    clocks_agree : bool
        They were registered while the jobs ran, as far as their clocks say.
    local : bool
        Tasks ran in the driver.
    """

    executors: int | None
    cores: int | None
    total_cores: int | None
    mean: float | None
    registered: int
    mean_cores: float | None = None
    came_and_went: bool = False
    clocks_agree: bool = True
    local: bool = False


def fleet_of(app: Application, window: Window | None) -> Fleet:
    """Count the executors that were registered while the jobs ran.

    Executors that register late, as they do when a job does not wait for them, count in full. Where one left before
    the end, one came when more than half of the first one's time was over, or Spark allocates them dynamically, each
    counts for the share of the time that it was there.
    """
    remote = [one for one in app.executors.values() if one.executor_id not in DRIVERS]
    if not remote and is_local(app):
        return _local(app)
    there = [one for one in remote if window is None or _overlap_ms(one, window) > 0]
    if there:
        return _counted(app, there, window)
    if remote:  # that they registered is known, only not when
        return replace(_counted(app, remote, None), clocks_agree=False)
    return Fleet(None, None, None, None, 0)


def _counted(app: Application, there: Sequence[ExecutorEvents], window: Window | None) -> Fleet:
    cores = [one.cores for one in there]
    known = all(cores)
    largest, total = (max(cores), float(sum(cores))) if known else (None, None)
    left = window is not None and any(one.removed_ms is not None and one.removed_ms < window.end_ms for one in there)
    averaged = False
    mean, mean_cores = float(len(there)), total
    if window is not None:
        shares = [_overlap_ms(one, window) / (window.end_ms - window.start_ms) for one in there]
        mean = sum(shares)
        averaged = left or is_dynamic(app) or min(shares) < _GROWN * max(shares)
        if averaged and known:
            mean_cores = sum(share * one.cores for share, one in zip(shares, there, strict=True))
    executors = max(1, round(mean)) if averaged else len(there)
    if largest is not None and mean_cores is not None:
        # The run log wants the largest executor to fit in.
        total = min(max(round(mean_cores), executors + largest - 1), executors * largest)
    return Fleet(
        executors,
        largest,
        None if total is None else int(total),
        mean,
        len(there),
        mean_cores,
        averaged and mean < LATE * len(there),
    )


def _local(app: Application) -> Fleet:
    driver = next((one for name, one in app.executors.items() if name in DRIVERS), None)
    cores = driver.cores if driver else _threads(app.properties.get("spark.master", ""))
    return Fleet(1, cores, cores, 1.0, 1, local=True)


def _threads(master: str) -> int | None:
    match = _LOCAL.fullmatch(master)
    threads = (match["threads"] or "1") if match else "*"
    return None if threads == "*" else int(threads)


def _overlap_ms(one: ExecutorEvents, window: Window) -> int:
    end_ms = window.end_ms if one.removed_ms is None else min(one.removed_ms, window.end_ms)
    return end_ms - max(one.added_ms, window.start_ms)


def is_local(app: Application) -> bool:
    """Say whether the driver was asked to run the tasks itself."""
    return _LOCAL.fullmatch(app.properties.get("spark.master", "")) is not None


def is_dynamic(app: Application) -> bool:
    """Say whether Spark was asked to allocate executors as it sees fit."""
    return app.properties.get("spark.dynamicAllocation.enabled", "").strip().lower() == "true"


def memory_gb(app: Application, fleet: Fleet) -> float | None:
    """Return the memory of one executor in GiB, None when the log does not say or executors differ.

    In local mode that is the driver's, for Spark then ignores what executors are asked to have.
    """
    if fleet.local:
        return gib(app.properties.get("spark.driver.memory"))
    profiles = {one.profile for one in app.executors.values() if one.executor_id not in DRIVERS}
    default = app.memory_mib.get(0)  # what a profile that names no memory gets
    sizes = {app.memory_mib.get(profile, default) for profile in profiles}
    if len(sizes) == 1 and (mib := sizes.pop()):
        return mib / MIB_PER_GIB
    return None if len(sizes) > 1 else gib(app.properties.get("spark.executor.memory"))


def gib(text: str | None) -> float | None:
    """Read 8g, 8192m or 8192 (MiB) as Spark does, in GiB; None when it is no size."""
    match = _SIZE.fullmatch((text or "").strip())
    if match is None:
        return None
    return float(match["number"]) * _MIB[(match["unit"] or "m").lower()] / MIB_PER_GIB
