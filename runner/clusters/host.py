"""What this machine is: the hardware description of its cluster, and how much of it a run may use."""

from __future__ import annotations

import math
import os
import platform
import re
import socket
from pathlib import Path
from typing import Any

import psutil

_CGROUP = Path("/sys/fs/cgroup")
_GIB = 1024**3


def visible_cpus() -> int:
    """Return the CPUs that this process may use: affinity and container quota considered."""
    affinity = len(psutil.Process().cpu_affinity()) if hasattr(psutil.Process, "cpu_affinity") else os.cpu_count() or 1
    quota = _read(_CGROUP / "cpu.max").split()
    if len(quota) == 2 and quota[0].isdigit():
        return max(1, min(affinity, math.ceil(int(quota[0]) / int(quota[1]))))
    return affinity


def visible_memory_mib() -> int:
    """Return the memory that this process may use, in MiB: the machine's, or the container's limit."""
    total: int = psutil.virtual_memory().total
    limit = _read(_CGROUP / "memory.max").strip()
    return min(total, int(limit)) // 1024**2 if limit.isdigit() else total // 1024**2


def host_name() -> str:
    """Return this machine's name without its domain, in letters, digits and dashes."""
    return re.sub(r"[^A-Za-z0-9.-]+", "-", socket.gethostname().split(".")[0]).strip("-") or "host"


def default_cluster_name() -> str:
    """Return a name for this machine as a cluster: ``local-<host name>``."""
    return f"local-{host_name()}"[:100]


def describe_hardware() -> dict[str, Any]:
    """Describe the machine without saying where anything is on it."""
    return {
        "cpu_model": _cpu_model(),
        "logical_cpus": psutil.cpu_count(logical=True),
        "physical_cpus": psutil.cpu_count(logical=False),
        "visible_cpus": visible_cpus(),
        "memory_gib": round(visible_memory_mib() * 1024**2 / _GIB, 1),
        "os": f"{platform.system()} {platform.release()}",
        "architecture": platform.machine(),
    }


def _cpu_model() -> str:
    found = re.search(r"^model name\s*:\s*(.+)$", _read(Path("/proc/cpuinfo")), re.MULTILINE)
    return found.group(1).strip() if found else platform.processor() or platform.machine()


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:  # not this system, or not allowed: the file has nothing to add
        return ""
