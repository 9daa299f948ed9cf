"""The process regime: an executor and its Python workers share one limit of memory, and who takes more is killed.

Control groups would do this in the kernel, but need rights that an ordinary user has not, and a limit of virtual memory
(RLIMIT_AS) is wrong for TensorFlow, which maps far more than it touches. So resident memory is summed by looking at it
now and then: an executor may exceed its limit for a moment before it is caught, and the reason of its end is ours to
record.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping

import psutil

CHECK_EVERY_S = 0.25
_MIB = 1024**2


class MemoryWatchdog:
    """Looks whether executors keep to their limit.

    Parameters
    ----------
    limit_mib : int
        For each executor with all its children.
    """

    def __init__(self, limit_mib: int) -> None:
        self._limit_mib = limit_mib
        self._next_check = 0.0

    def find_excess(self, workers: Mapping[str, int]) -> str | None:
        """Return what to tell about an executor beyond the limit; None when there is none, or it was just looked at.

        Parameters
        ----------
        workers : mapping
            Process ids of the cluster's workers by name; below each is its executor.
        """
        if time.monotonic() < self._next_check:
            return None
        self._next_check = time.monotonic() + CHECK_EVERY_S
        for name, pid in workers.items():
            used = used_mib(pid, self._limit_mib)
            if used > self._limit_mib:
                return (
                    f"the executor of {name} and its Python workers held {used:,.0f} MiB, more than the "
                    f"{self._limit_mib:,} MiB of --memory, and were killed (--memory-regime process)"
                )
        return None


def used_mib(pid: int, enough_mib: float) -> float:
    """Return the memory of everything below a process, MiB.

    Resident memory counts pages that processes share once for each of them. Only when it comes to more than
    `enough_mib`, the exact sum is made (proportional set size), which stops the processes for a moment.
    """
    try:
        below = psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return 0.0
    resident = sum(_resident(process) for process in below) / _MIB
    return resident if resident <= enough_mib else sum(_proportional(process) for process in below) / _MIB


def _resident(process: psutil.Process) -> int:
    with contextlib.suppress(psutil.Error):
        return int(process.memory_info().rss)
    return 0


def _proportional(process: psutil.Process) -> int:
    with contextlib.suppress(psutil.Error):
        memory = process.memory_full_info()
        return int(getattr(memory, "pss", memory.rss))  # macOS knows no shares
    return 0
