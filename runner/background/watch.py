"""A campaign from outside: how far it is, what runs now, and what ended last, from the store and the home."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from runner.campaigns.course import Course, Standing
from runner.campaigns.history import history_of, load_runs
from runner.plans.plan import MIB_PER_GIB
from runner.spec import SPEC_FILE, RunSpec, work_folder
from store import Store


@dataclass(frozen=True)
class Progress:
    """How far a campaign is.

    Parameters
    ----------
    campaign, application, cluster : str
    standing : Standing
    runs : DataFrame
        Its runs in the store, the last one first.
    """

    campaign: str
    application: str
    cluster: str
    standing: Standing
    runs: pd.DataFrame


def progress_of(store: Store, campaign: str) -> Progress | None:
    """Return how far a campaign is; None while the store does not know it yet."""
    plan = store.campaigns.get(campaign)
    return None if plan is None else _progress(store, campaign, plan)


def all_progress(store: Store) -> list[Progress]:
    """Return how far every campaign is, the one that changed last first."""
    known = store.campaigns.load().sort_values("changed_at", ascending=False)
    return [_progress(store, str(name), plan) for name, plan in zip(known["name"], known["plan"], strict=True)]


def _progress(store: Store, campaign: str, plan: Mapping[str, Any]) -> Progress:
    runs = load_runs(store, campaign, plan)
    standing = Course.of_stored(plan, history_of(runs)).standing
    return Progress(campaign, plan["application"], plan["cluster"], standing, runs[::-1])


@dataclass(frozen=True)
class Current:
    """The run in progress.

    Parameters
    ----------
    text : str
        Its configuration, in words.
    elapsed_s : float
        Since it was prepared.
    """

    text: str
    elapsed_s: float


def current_run(home: Path) -> Current | None:
    """Return what runs now with this home; None between runs."""
    for path in sorted(work_folder(home).glob(f"*/{SPEC_FILE}")):
        try:
            spec, elapsed_s = RunSpec.read(path), time.time() - path.stat().st_mtime
        except (OSError, ValueError, TypeError):
            continue  # it ended meanwhile, or is being written
        cores = "+".join(str(each) for each in spec.executor_cores)
        text = (
            f"{spec.application}: {len(spec.executor_cores)} executors ({cores} cores), "
            f"{spec.executor_memory_mib / MIB_PER_GIB:g} GiB, {spec.images:,} images in {spec.tasks:,} tasks"
        )
        return Current(text, max(elapsed_s, 0.0))
    return None
