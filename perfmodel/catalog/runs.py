"""Whose runs there are, and those that a model may learn from."""

from __future__ import annotations

import pandas as pd

from perfmodel.errors import NotEnoughRunsError
from perfmodel.evidence.causes import usable
from perfmodel.evidence.datasets import SIZE, as_shares_of, usual_size
from perfmodel.evidence.effects import mean_task_seconds
from perfmodel.evidence.jobs import comparable, job_of
from store import Store


def usable_runs(store: Store, application: str, cluster: str) -> pd.DataFrame:
    """Runs that a model may learn from, as `evidence.causes.usable` and `evidence.jobs.comparable` say.

    Their rates are shares of one data set (`evidence.datasets.as_shares_of`), and trainings are of one kind: those of
    most runs that the pair's first model learned from, so that a question means the same to every model.
    """
    runs = store.runs.load(application=application, cluster=cluster, status="ok")
    sizes, jobs = runs[SIZE].nunique(), runs["settings"].map(job_of).nunique()
    first = _first_learned(store, application, cluster, runs) if max(sizes, jobs) > 1 else runs
    if sizes > 1:
        runs = as_shares_of(runs, usual_size(first))
    return comparable(usable(runs), like=first)


def _first_learned(store: Store, application: str, cluster: str, runs: pd.DataFrame) -> pd.DataFrame:
    """Those of `runs` that the pair's first model learned from; all where there is none, or none of them is left."""
    versions = store.registry.load(application=application, cluster=cluster, archived=True)
    if versions.empty:
        return runs
    first = versions.loc[versions["created_at"].idxmin()]
    learned = runs[runs["run_id"].isin(store.registry.get(str(first["name"]), int(first["version"])).training_run_ids)]
    return learned if learned[SIZE].notna().any() else runs


def runs_to_learn_from(store: Store, application: str, cluster: str) -> pd.DataFrame:
    """As `usable_runs`, where there must be some.

    Raises
    ------
    NotEnoughRunsError
        When there is none.
    """
    runs = usable_runs(store, application, cluster)
    if runs.empty:
        raise NotEnoughRunsError(f"there are no usable runs of {application} on {cluster}; {known_pairs(store)}")
    return runs


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
