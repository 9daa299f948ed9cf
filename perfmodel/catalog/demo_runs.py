"""Puts the demo data into a store."""

from __future__ import annotations

from typing import Any

import pandas as pd

from perfmodel import demo
from store import Cluster, RunRecord, Store
from store.frames import plain_records


def add_demo_runs(store: Store) -> list[tuple[str, str]]:
    """Put the demo clusters and their runs into a store; doing it again changes nothing.

    Returns
    -------
    list of (application, cluster)
        The pairs that the demo has.
    """
    for cluster in demo.clusters():
        if store.clusters.get(cluster["name"]) is None:
            store.clusters.put(Cluster(**cluster))
    tasks: dict[Any, list[Any]] = {
        run_id: plain_records(rows) for run_id, rows in demo.measured_tasks().groupby("run_id")
    }
    reconstructed, measured = demo.reconstructed_runs(), demo.measured_runs()
    store.runs.add(reconstructed)
    store.runs.add_records([RunRecord(run, tasks.get(run["run_id"], [])) for run in plain_records(measured)])
    for measurement in demo.measurements():
        store.measurements.put(*measurement)
    runs = pd.concat([reconstructed, measured])
    return sorted(set(zip(runs["application"], runs["cluster"], strict=True)))
