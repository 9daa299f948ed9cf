"""The processes of a run in progress, by what they do in it."""

from __future__ import annotations

from pathlib import Path

import psutil

from runner.clusters.processes import find_marked

# What stands in the command line of each.
MARKS = {
    "supervisor": "runner.runs.supervisor",
    "driver": "runner.jobs.predict",
    "driver_jvm": "org.apache.spark.deploy.SparkSubmit",
    "master": "org.apache.spark.deploy.master.Master",
    "worker": "org.apache.spark.deploy.worker.Worker",
    "executor": "org.apache.spark.executor.CoarseGrainedExecutorBackend",
    "python_worker": "-m runner.jobs.daemon",
}


def find(home: Path, role: str) -> list[psutil.Process]:
    """Return the running processes with this role in the run that is being measured with `home`."""
    return [process for process in find_marked(home) if _plays(process, role)]


def _plays(process: psutil.Process, role: str) -> bool:
    mark = MARKS[role]
    try:
        if mark not in " ".join(process.cmdline()):
            return False
        parent = process.parent()
        # Python workers are forked from a daemon with the same command line, which does no work itself.
        return role != "python_worker" or (parent is not None and mark in " ".join(parent.cmdline()))
    except psutil.Error:  # ended meanwhile
        return False
