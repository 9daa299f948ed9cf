"""A small pair of application and cluster, and its fit."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from perfmodel import catalog
from store import Store, open_store

PAIR = ("tiny", "test")


def law(executors: Sequence[int] = (1, 2), cores: Sequence[int] = (1, 2)) -> pd.DataFrame:
    """A small exact law: time = 600 s x rate % / (executors x cores), one run a configuration and rate."""
    rows = [
        {
            "num_executors": count,
            "executor_cores": each,
            "executor_memory_gb": 2.0,
            "images_per_partition": 20,
            "sampling_rate_pct": rate,
            "completion_time_s": 600 * rate / (count * each),
        }
        for count, each, rate in itertools.product(executors, cores, (1.0, 5.0, 100.0))
    ]
    return pd.DataFrame(rows)


def fit(store, scenarios=("baseline", "4-2")):
    return list(catalog.fit(store, *PAIR, scenarios, techniques=("lasso", "ridge")))


def undone_after_fit(home: Path, runs: pd.DataFrame) -> Store:
    """A store with a model of the pair, and without the runs that taught it."""
    store = open_store(home)
    table = runs.assign(application=PAIR[0], cluster=PAIR[1]).to_csv(index=False).encode()
    added = store.imports.add(table, "runs.csv")
    fit(store, ["5"])
    store.uploads.undo(added.upload_id, force=True)
    return store
