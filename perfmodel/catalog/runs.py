"""Whose runs there are, and those that a model may learn from."""

from __future__ import annotations

import pandas as pd

from perfmodel.errors import NotEnoughRunsError
from perfmodel.evidence.causes import usable
from perfmodel.evidence.effects import mean_task_seconds
from perfmodel.evidence.jobs import comparable
from store import Store


def usable_runs(store: Store, application: str, cluster: str) -> pd.DataFrame:
    """Runs that a model may learn from, as `evidence.causes.usable` and `evidence.jobs.comparable` say."""
    return comparable(usable(store.runs.load(application=application, cluster=cluster, status="ok")))


def pairs(store: Store, application: str | None = None, cluster: str | None = None) -> list[tuple[str, str]]:
    """Applications and clusters that have runs, of those asked for.

    Raises
    ------
    NotEnoughRunsError
        When none has.
    """
    known = store.runs.pairs()
    wanted = known[known["application"].eq(application or known["application"])]
    wanted = wanted[wanted["cluster"].eq(cluster or wanted["cluster"])]
    if wanted.empty:
        raise NotEnoughRunsError(
            f"there are no runs of {application or 'anything'} on {cluster or 'any cluster'}; {known_pairs(store)}"
        )
    return list(zip(wanted["application"], wanted["cluster"], strict=True))


def with_task_seconds(store: Store, runs: pd.DataFrame) -> pd.DataFrame:
    """The runs that have task records, with the mean task time ``task_s`` (s) of each."""
    pairs = runs[["application", "cluster"]].drop_duplicates().itertuples(index=False)
    known = [mean_task_seconds(store.runs.all_tasks(application, cluster)) for application, cluster in pairs]
    seconds = pd.concat(known) if known else pd.Series(dtype=float)
    return runs.assign(task_s=runs["run_id"].map(seconds)).dropna(subset="task_s")


def known_pairs(store: Store) -> str:
    """The applications and clusters that have runs, in words for a message."""
    pairs = store.runs.pairs()
    known = ", ".join(f"{row['application']} on {row['cluster']}" for _, row in pairs.iterrows())
    return f"the store has {known}" if known else "the store is empty; profile or import runs first"
