"""What of a run can have caused its time: real cores, memory where it bounded something, images that tasks split."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from perfmodel.evidence.jobs import job_of

MEMORY = "executor_memory_gb"
# Of a run's settings: what executor memory bounded (docs/decisions/0012).
REGIME = "memory_regime"
NOTHING_BOUNDED = "free"
# Images of the whole data set, where each partition is a task.
SPLIT_IMAGES = "split_images"


def usable(runs: pd.DataFrame) -> pd.DataFrame:
    """The runs that a model may learn from, which ended well on cores of their own, with `REGIME` and `SPLIT_IMAGES`.

    A training has no `SPLIT_IMAGES`: its images per partition are a step's, which all cores share.

    Parameters
    ----------
    runs : DataFrame
        Run-log columns, ``status`` and ``settings`` (a dict or nothing) among them.
    """
    settings = _settings(runs)
    oversubscribed = settings.map(lambda found: bool(found.get("oversubscribed"))).astype(bool)
    shared = runs["dataset_images"].where(settings.map(job_of).eq(""))
    good = runs["status"].eq("ok") & ~oversubscribed
    return runs.assign(**{REGIME: regimes(runs), SPLIT_IMAGES: shared})[good].reset_index(drop=True)


def regimes(runs: pd.DataFrame) -> pd.Series[Any]:
    """What executor memory bounded in each run; None where its settings do not say."""
    return _settings(runs).map(lambda found: found.get(REGIME)).astype(object)


def _settings(runs: pd.DataFrame) -> pd.Series[Any]:
    return runs["settings"].map(lambda found: found if isinstance(found, dict) else {})


def with_real_cores(rows: pd.DataFrame) -> pd.DataFrame:
    """``rows`` with ``total_cores``, and with ``executor_cores`` of which each executor has its share.

    The run log states the cores of the largest executor. Two executors with 3 cores in all are of 2 and 1, and work
    like two of 1.5 each. Rows that state no ``total_cores`` have even executors.
    """
    even = rows["num_executors"] * rows["executor_cores"]
    total = rows["total_cores"].fillna(even) if "total_cores" in rows else even
    if (total == even).all():
        return rows.assign(total_cores=total)
    return rows.assign(total_cores=total, executor_cores=total / rows["num_executors"])


def causes(runs: pd.DataFrame, needed: Sequence[str]) -> pd.DataFrame:
    """``runs`` `with_real_cores`, and without executor memory unless it meant one bound in all of them.

    Memory that bounds nothing in some runs, or something else than in others, is no amount that times can be compared
    by. Runs that do not state a `REGIME` are taken to share one.

    Parameters
    ----------
    runs : DataFrame
        Run-log columns, and `REGIME` where that is known.
    needed : sequence of str
        Columns that stay: those of the paper's scenario 1, which reads memory whatever it means.
    """
    rows = with_real_cores(runs)
    if MEMORY in needed or REGIME not in rows:
        return rows
    stated = set(rows[REGIME].dropna())
    comparable = len(stated) <= 1 and NOTHING_BOUNDED not in stated
    return rows if comparable else rows.drop(columns=MEMORY, errors="ignore")
