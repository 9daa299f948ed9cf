"""Trainings of one application can be different jobs: other ways to share a step, or more epochs."""

from __future__ import annotations

from typing import Any

import pandas as pd

# Of a training's settings: what changes its time and is no part of a configuration.
JOB = ("arm", "epochs", "device")


def comparable(runs: pd.DataFrame, like: pd.DataFrame | None = None) -> pd.DataFrame:
    """The runs that a model may learn from together: of trainings those that lost nothing, and of one job.

    Parameters
    ----------
    runs : DataFrame
        Run-log columns, ``settings`` (a dict or nothing) and ``started_at`` among them.
    like : DataFrame, optional
        Those of them that decide which job it is; by default all.
    """
    kept = without_losses(runs)
    deciding = kept if like is None else kept[kept["run_id"].isin(like["run_id"])]
    jobs = kept["settings"].map(job_of)
    return kept[jobs.eq(usual_job(kept if deciding.empty else deciding))].reset_index(drop=True)


def without_losses(runs: pd.DataFrame) -> pd.DataFrame:
    """The runs but for trainings that `lost_something`."""
    return runs[~runs["settings"].map(lost_something).astype(bool)]


def usual_job(runs: pd.DataFrame) -> str:
    """Name the job that most of the runs are, as `job_of` does; of equals the one that ran last.

    Runs that are no trainings are all one job.
    """
    groups = pd.to_datetime(runs["started_at"], utc=True).groupby(runs["settings"].map(job_of))
    ranked = pd.DataFrame({"runs": groups.size(), "last": groups.max()}).sort_values(["runs", "last"])
    return str(ranked.index[-1]) if len(ranked) else ""


def job_of(settings: Any) -> str:
    """Name the job that a run's settings describe; empty for one that is no training."""
    found = settings if isinstance(settings, dict) else {}
    return ", ".join(f"{name} {found[name]}" for name in JOB if name in found) if "arm" in found else ""


def lost_something(settings: Any) -> bool:
    """Whether a training lost tasks or executors and made them good: its time is no measurement."""
    return isinstance(settings, dict) and bool(settings.get("recoveries"))
