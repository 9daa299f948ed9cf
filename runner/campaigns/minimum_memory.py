"""The rule below the paper's table 9: out of memory raises the least memory of a partition size and cores by 1 GiB.

A planned run below the least is skipped, and runs with the least instead, unless the plan has that run anyway.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from runner.campaigns.history import Ended
from runner.plans.plan import MIB_PER_GIB, Configuration, PlannedRun

STEP_MIB = MIB_PER_GIB
# Images per partition, and cores of the largest executor: together, how many images an executor holds at a time.
Load = tuple[int, int]


def load_of(configuration: Configuration) -> Load:
    """Return what decides how much memory an executor of this configuration needs."""
    return configuration.images_per_partition, max(configuration.executor_cores)


def least_memory(history: Sequence[Ended]) -> dict[Load, int]:
    """Return the least memory (MiB) of each load that ran out of memory: 1 GiB more than did not suffice."""
    least: dict[Load, int] = {}
    for one in history:
        if one.lacked_memory:
            load, needed = load_of(one.run.configuration), one.run.configuration.executor_memory_mib + STEP_MIB
            least[load] = max(needed, least.get(load, 0))
    return least


@dataclass(frozen=True)
class SafeMemory:
    """What a campaign shows of the memory that a load needs.

    Parameters
    ----------
    images_per_partition, executor_cores : int
        The load.
    safe_gib : float or None
        Smallest memory with which runs with full partitions on all cores ended well, and above which none lacked
        memory; None when no run shows it.
    lacking_gib : float or None
        Largest memory that did not suffice; None when all did.
    """

    images_per_partition: int
    executor_cores: int
    safe_gib: float | None
    lacking_gib: float | None


def safe_memory(history: Sequence[Ended]) -> list[SafeMemory]:
    """Return the smallest safe memory of each load, by load."""
    loads = sorted({load_of(one.run.configuration) for one in history})
    return [_safe_memory(load, [one for one in history if load_of(one.run.configuration) == load]) for load in loads]


def _safe_memory(load: Load, history: Sequence[Ended]) -> SafeMemory:
    size, cores = load
    lacking = max((_gib(one) for one in history if one.lacked_memory), default=None)
    well = [_gib(one) for one in history if one.status == "ok" and one.images >= size * cores]
    safe = min((gib for gib in well if lacking is None or gib > lacking), default=None)
    return SafeMemory(size, cores, safe, lacking)


def _gib(one: Ended) -> float:
    return one.run.configuration.executor_memory_mib / MIB_PER_GIB


@dataclass(frozen=True)
class Skipped:
    """A planned run that is not run, and why."""

    run: PlannedRun
    reason: str


@dataclass(frozen=True)
class Agenda:
    """A plan after what its runs showed.

    Parameters
    ----------
    runs : tuple of PlannedRun
        What is run in all, in order. A run that was added follows the one that it stands for.
    skipped : tuple of Skipped
    """

    runs: tuple[PlannedRun, ...]
    skipped: tuple[Skipped, ...]


def revise(planned: Sequence[PlannedRun], history: Sequence[Ended], machine_mib: int | None) -> Agenda:
    """Apply the rule to a plan.

    Parameters
    ----------
    planned : sequence of PlannedRun
    history : sequence of Ended
        Of the same campaign. The result depends on nothing else, so a campaign that is taken up again goes on as if
        it had never stopped.
    machine_mib : int or None
        Memory for all executors together; None when it is not known.
    """
    least, ended = least_memory(history), {one.run: one for one in history}
    tried = _tried(history)
    runs: list[PlannedRun] = []
    skipped: list[Skipped] = []
    for run in planned:
        before, needed = ended.get(run), least.get(load_of(run.configuration), 0)
        enough = run.configuration.executor_memory_mib >= needed
        if enough or before:
            runs.append(run)
        if not enough and (not before or before.lacked_memory):
            raised = run.with_memory(needed)
            fits = machine_mib is None or needed * run.configuration.num_executors <= machine_mib
            runs += [*tried[run.with_memory(0)], *([raised] if fits else [])]
            skipped += [] if before else [Skipped(run, _reason(run.configuration, needed, fits))]
    return Agenda(tuple(dict.fromkeys(runs)), tuple(skipped))


def _tried(history: Sequence[Ended]) -> dict[PlannedRun, list[PlannedRun]]:
    """Return the runs that lacked memory, by what they are but for their memory."""
    tried = defaultdict(list)
    for one in history:
        if one.lacked_memory:
            tried[one.run.with_memory(0)].append(one.run)
    return tried


def _reason(one: Configuration, needed_mib: int, fits: bool) -> str:
    size, cores = load_of(one)
    known = f"{size} images per partition on {cores} cores need {needed_mib / MIB_PER_GIB:g} GiB or more"
    instead = "run with that instead" if fits else f"more than this machine has for {one.num_executors} executors"
    return f"below the least memory: {known}; {instead}"
