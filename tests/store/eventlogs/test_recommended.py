"""An exported configuration comes back in the event log of its run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from perfmodel.recommendation.exports import Order, spark_properties
from store.eventlogs.recommended import recommended
from store.eventlogs.run import Supplied, completed
from tests.store.eventlogs.helpers import added, application, ended, job, run_of, start

ORDER = Order(
    application="resnet50",
    cluster="here",
    num_executors=2,
    executor_cores=2,
    executor_memory_gb=1.0,
    heap_gb=1.0,
    overhead_gb=0.4,
    nodes=0,
    node_type="",
    model="resnet50@here/5 v2",
    data_sha256="ab",
    data_origin="36 measured runs",
    sampling_rate_pct=10.0,
    predicted_s=5.0,
    predicted_low_s=4.0,
    predicted_high_s=6.0,
    level=0.9,
    cost=1.5,
    currency="USD",
    made_on="2026-11-20",
    images_per_partition=50,
)


def log(tmp_path: Path, properties: dict[str, str]):
    environment = {"Event": "SparkListenerEnvironmentUpdate", "Spark Properties": properties}
    executors = [added("0", 1_500), added("1", 1_500)]
    return run_of(tmp_path, start(), environment, application(), *executors, *job(0, 2_000, 7_500), ended(8_000))


def test_what_an_export_says_comes_back(tmp_path: Path) -> None:
    run = log(tmp_path, spark_properties(ORDER))
    assert run.row["settings"]["recommended"] == {
        "application": "resnet50",
        "cluster": "here",
        "model": "resnet50@here/5 v2",
        "data_sha256": "ab",
        "data_origin": "36 measured runs",
        "predicted_cost": "1.50 USD",
        "made_on": "2026-11-20",
        "sampling_rate_pct": 10.0,
        "predicted_s": 5.0,
        "predicted_low_s": 4.0,
        "predicted_high_s": 6.0,
        "interval_level": 0.9,
        "num_executors": 2,
        "executor_cores": 2,
        "executor_memory_gb": 1.0,
        "memory_regime": "free",
        "images_per_partition": 50,
    }


def test_it_says_what_neither_the_log_nor_the_user_does(tmp_path: Path) -> None:
    run = log(tmp_path, spark_properties(ORDER))
    row, notes = completed(run, Supplied())
    assert (row["application"], row["cluster"], row["sampling_rate_pct"]) == ("resnet50", "here", 10.0)
    assert row["images_per_partition"] == 50
    assert row["completion_time_s"] == 5.5
    assert sum("as the recommendation says" in note for note in notes) == 4
    row, notes = completed(
        run, Supplied(application="other", cluster="there", sampling_rate_pct=50.0, images_per_partition=20)
    )
    assert (row["application"], row["cluster"], row["sampling_rate_pct"]) == ("other", "there", 50.0)
    assert not any("as the recommendation says" in note for note in notes)
    assert "application is other, as given; the recommendation of the run says resnet50" in notes


def test_images_that_the_user_counted_win_over_the_recommended_share(tmp_path: Path) -> None:
    run = log(tmp_path, spark_properties(ORDER))
    row, _ = completed(run, Supplied(input_images=850, dataset_images=10_000))
    assert (row["input_images"], row["sampling_rate_pct"]) == (850, None)  # the run log computes 8.5


def test_memory_comes_back_as_its_regime_means_it(tmp_path: Path) -> None:
    order = replace(ORDER, executor_memory_gb=2.0, heap_gb=0.5, overhead_gb=1.5, memory_regime="process")
    assert log(tmp_path, spark_properties(order)).row["executor_memory_gb"] == 2.0
    assert log(tmp_path, spark_properties(ORDER)).row["executor_memory_gb"] == 1.0


def test_another_run_followed_none(tmp_path: Path) -> None:
    assert "recommended" not in log(tmp_path, {"spark.executor.memory": "1g"}).row["settings"]


@pytest.mark.parametrize("text", ["nan", "inf", "-1", "0", "soon", ""])
def test_what_is_no_time_is_left_out(text: str) -> None:
    assert recommended({"spark.sparkcast.predictedSeconds": text, "spark.sparkcast.model": "x" * 501}) == {}
