"""Trainings of one application can be different jobs: other ways to share a step, or more epochs."""

from __future__ import annotations

from typing import Any

import pandas as pd

# Of a training's settings: what changes its time and is no part of a configuration.
JOB = ("arm", "epochs", "device")


def comparable(runs: pd.DataFrame) -> pd.DataFrame:
    """The runs that a model may learn from together: of trainings those that lost nothing, and of one job.

    Parameters
    ----------
    runs : DataFrame
        Run-log columns, ``settings`` (a dict or nothing) and ``started_at`` among them.
    """
    lost = runs["settings"].map(lost_something).astype(bool)
    return one_job(runs[~lost]).reset_index(drop=True)


def one_job(runs: pd.DataFrame) -> pd.DataFrame:
    """The runs of the job that most of them are; of equals the one that ran last.

    Runs that are no trainings are all one job.
    """
    jobs = runs["settings"].map(job_of)
    if jobs.nunique() < 2:
        return runs
    started = pd.to_datetime(runs["started_at"], utc=True)
    groups = started.groupby(jobs)
    ranked = pd.DataFrame({"runs": groups.size(), "last": groups.max()}).sort_values(["runs", "last"])
    kept: pd.DataFrame = runs[jobs == ranked.index[-1]].reset_index(drop=True)
    return kept


def job_of(settings: Any) -> str:
    """Name the job that a run's settings describe; empty for one that is no training."""
    found = settings if isinstance(settings, dict) else {}
    return ", ".join(f"{name} {found[name]}" for name in JOB if name in found) if "arm" in found else ""


def lost_something(settings: Any) -> bool:
    """Whether a training lost tasks or executors and made them good: its time is no measurement."""
    return isinstance(settings, dict) and bool(settings.get("recoveries"))
