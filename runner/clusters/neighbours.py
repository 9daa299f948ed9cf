"""What else this machine computed while a run was measured: the reason of many a time that does not repeat."""

from __future__ import annotations

import os
import resource
import time
from dataclasses import dataclass
from typing import Any

import psutil


@dataclass(frozen=True)
class CpuClock:
    """CPU seconds until now: of the whole machine, taken by its hypervisor, and of this process and its children."""

    at_s: float
    busy_s: float
    stolen_s: float
    own_s: float
    load: float

    @classmethod
    def read(cls) -> CpuClock:
        """Read all clocks; children count once they have been waited for."""
        times = psutil.cpu_times()
        # Linux counts guests in user as well.
        idle = ("idle", "iowait", "steal", "guest", "guest_nice")
        busy_s = sum(value for name, value in times._asdict().items() if name not in idle)
        used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        own_s = sum(one.ru_utime + one.ru_stime for one in used)
        return cls(time.monotonic(), busy_s, getattr(times, "steal", 0.0), own_s, os.getloadavg()[0])


def tree_cpu_s(pid: int) -> float:
    """Return the CPU seconds of a process and of all below it, and of those that they waited for.

    Spark's Python daemon does not wait for its workers: what they used is seen only while they run.
    """
    root = psutil.Process(pid)
    return sum(_cpu_s(process) for process in (root, *root.children(recursive=True)))


def _cpu_s(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.Error:  # gone since it was listed
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)


def describe_neighbours(before: CpuClock, after: CpuClock, seen_s: float = 0.0) -> dict[str, Any]:
    """Return settings of a run between two readings.

    Parameters
    ----------
    before, after : CpuClock
    seen_s : float
        `tree_cpu_s` of the run near its end; the clocks lack the Python workers that nobody waited for.

    Returns
    -------
    dict
        ``host_load_before`` and ``host_load_after``, the load averages over one minute at its start (earlier runs of
        the campaign included) and at its end (itself included); ``other_cores``, the cores that processes of others
        kept busy, on average; ``stolen_cores``, those that the hypervisor gave to other machines.
    """
    elapsed_s = after.at_s - before.at_s
    others_s = (after.busy_s - before.busy_s) - max(after.own_s - before.own_s, seen_s)
    return {
        "host_load_before": round(before.load, 2),
        "host_load_after": round(after.load, 2),
        "other_cores": round(max(0.0, others_s) / elapsed_s, 3),
        "stolen_cores": round((after.stolen_s - before.stolen_s) / elapsed_s, 3),
    }
