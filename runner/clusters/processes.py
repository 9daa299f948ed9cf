"""Processes that never outlive the one who needs them.

A run's processes form a tree under its supervisor: master, workers, driver, and below them JVMs and Python workers,
some in process groups of their own. Three layers keep the tree from outliving the campaign:

1. the supervisor adopts its orphaned descendants and kills them all before it exits, also when its runner is gone;
2. a supervisor that is itself killed takes master, workers and driver along (Linux: parent-death signal);
3. what is left after that carries a marker in its environment and is found at the next start.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import time
from pathlib import Path

import psutil

from runner.clusters.environment import MARKER

KILL_TIMEOUT_S = 10.0
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def adopt_orphans() -> None:
    """Make orphaned descendants children of this process instead of init's (Linux; elsewhere nothing)."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def die_with_parent() -> None:
    """Ask the kernel to kill this process when its parent dies (Linux; for ``preexec_fn``)."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def kill_descendants(timeout_s: float = KILL_TIMEOUT_S) -> bool:
    """Kill everything below this process and wait until it is gone; False when something is left."""
    me = psutil.Process()
    deadline = time.monotonic() + timeout_s
    while alive := _running(me.children(recursive=True)):
        if time.monotonic() > deadline:
            return False
        _kill(alive)
        psutil.wait_procs(alive, timeout=0.2)  # and again: a process may have forked in between
    _reap()
    return True


def kill_tree(pid: int) -> None:
    """Kill a process and all its descendants."""
    with contextlib.suppress(psutil.NoSuchProcess):
        root = psutil.Process(pid)
        _kill([root, *root.children(recursive=True)])


def find_marked(home: Path) -> list[psutil.Process]:
    """Return the running processes of this user's runs with the store at `home`."""
    return _running([process for process in psutil.process_iter() if _marker(process) == str(home.resolve())])


def sweep(home: Path, timeout_s: float = KILL_TIMEOUT_S) -> bool:
    """Kill what a killed campaign left running; False when something cannot be killed.

    To be called only while holding the home's lock: a campaign in progress carries the same marker.
    """
    deadline = time.monotonic() + timeout_s
    while left := find_marked(home):
        if time.monotonic() > deadline:
            return False
        _kill(left)
        psutil.wait_procs(left, timeout=0.2)
    return True


def _marker(process: psutil.Process) -> str | None:
    try:
        return process.environ().get(MARKER)
    except (psutil.Error, OSError):  # another user's, or gone
        return None


def _running(processes: list[psutil.Process]) -> list[psutil.Process]:
    return [process for process in processes if _is_running(process)]


def _is_running(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _kill(processes: list[psutil.Process]) -> None:
    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.kill()


def _reap() -> None:
    # Adopted children that ended are zombies until waited for.
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
