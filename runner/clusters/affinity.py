"""Executors on CPUs of their own: what the paper arranged by keeping the other cores busy with `stress`.

A worker process is started on its executor's CPUs; the executor's JVM and its Python workers inherit them. The master
and the driver get the CPUs that are left.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from runner.clusters.host import visible_cpus

_TOPOLOGY = Path("/sys/devices/system/cpu")


class CpuPlan(NamedTuple):
    """CPUs of each executor, and those left for everything else; both empty when executors share all CPUs."""

    executors: list[list[int]]
    others: list[int]


def assign_cpus(executor_cores: Sequence[int]) -> CpuPlan:
    """Give each executor as many CPUs as it has cores, no CPU to two of them.

    There is no assignment when the machine has too few CPUs, when the system cannot bind processes to CPUs, and inside
    a container whose quota is smaller than its set of CPUs: which of them are free there is not ours to know.
    """
    cpus = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    if sum(executor_cores) > len(cpus) or visible_cpus() < len(cpus):
        return CpuPlan([], [])
    queue = iter(_order(cpus, sum(executor_cores)))
    executors = [sorted(itertools.islice(queue, cores)) for cores in executor_cores]
    return CpuPlan(executors, sorted(queue))


def _order(cpus: Sequence[int], wanted: int) -> list[int]:
    """Order CPUs for handing out: a physical core for each while they last, else cores with all their threads.

    The first CPUs come last: they serve most interrupts.
    """
    places = {cpu: (_topology(cpu, "physical_package_id"), _topology(cpu, "core_id", cpu)) for cpu in cpus}
    threads = {cpu: [other for other in cpus if places[other] == places[cpu]].index(cpu) for cpu in cpus}
    if wanted <= len(set(places.values())):
        return sorted(cpus, key=lambda cpu: (-threads[cpu], places[cpu], cpu), reverse=True)
    return sorted(cpus, key=lambda cpu: (places[cpu], -threads[cpu]), reverse=True)


def _topology(cpu: int, name: str, default: int = 0) -> int:
    try:
        return int((_TOPOLOGY / f"cpu{cpu}" / "topology" / name).read_text(encoding="ascii"))
    except (OSError, ValueError):  # not told here: every CPU counts as a core of its own
        return default
