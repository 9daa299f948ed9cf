from __future__ import annotations

from perfmodel import catalog
from tests.perfmodel.catalog.small import PAIR


def test_runs_that_failed_or_shared_cores_teach_nothing(store, grid_runs):
    bad = grid_runs.head(2).assign(application="tiny", cluster="test", origin="measured", repeat=9)
    bad["completion_time_s"] = [None, 1.0]
    bad["status"] = ["oom", "ok"]
    bad["settings"] = [None, {"oversubscribed": True}]
    store.runs.add(bad)
    assert len(store.runs.load()) == 29
    assert len(catalog.usable_runs(store, *PAIR)) == 27


def test_runs_without_task_records_have_no_task_times(store):
    assert catalog.with_task_seconds(store, catalog.usable_runs(store, *PAIR)).empty
