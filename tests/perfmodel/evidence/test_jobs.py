from __future__ import annotations

import pandas as pd

from perfmodel.evidence.jobs import comparable, job_of, lost_something


def runs(*settings) -> pd.DataFrame:
    started = pd.date_range("2026-11-21", periods=len(settings), freq="min", tz="UTC")
    return pd.DataFrame({"settings": list(settings), "started_at": started, "number": range(len(settings))}).assign(
        run_id=[str(number) for number in range(len(settings))]
    )


def training(arm: str, epochs: int = 2) -> dict:
    return {"arm": arm, "epochs": epochs, "device": "cpu", "batch_size": 100}


def test_runs_that_are_no_trainings_are_one_job():
    rows = runs({}, None, {"gc": "ParallelGC"})
    assert comparable(rows)["number"].tolist() == [0, 1, 2]
    assert job_of(None) == job_of({"epochs": 3}) == ""


def test_the_job_of_most_runs_stays():
    rows = runs(training("driver"), training("barrier"), training("driver"), training("driver", epochs=3))
    assert comparable(rows)["number"].tolist() == [0, 2]
    assert job_of(training("driver")) == "arm driver, epochs 2, device cpu"


def test_of_equals_the_last_stays():
    rows = runs(training("driver"), training("barrier"), training("barrier"), training("driver"))
    assert comparable(rows)["number"].tolist() == [0, 3]


def test_the_job_of_the_runs_that_decide_stays_whatever_most_are():
    rows = runs(training("driver"), training("barrier"), training("barrier"))
    assert comparable(rows, like=rows.head(1))["number"].tolist() == [0]
    lost = rows.assign(settings=[training("driver") | {"recoveries": 1}, *rows["settings"][1:]])
    assert comparable(lost, like=lost.head(1))["number"].tolist() == [1, 2]  # none of them is left


def test_runs_with_losses_are_not_compared():
    rows = runs(training("driver"), training("driver") | {"recoveries": 1}, training("barrier"), training("driver"))
    assert comparable(rows)["number"].tolist() == [0, 3]
    assert comparable(rows[:0]).empty


def test_losses_are_known_by_what_was_made_good():
    assert lost_something(training("driver") | {"recoveries": 2})
    assert not lost_something(training("driver") | {"recoveries": 0})
    assert not lost_something(None)
