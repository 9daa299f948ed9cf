from __future__ import annotations

import pandas as pd
import pytest

from perfmodel.evidence.scaling import scaled_completion_time
from perfmodel.paper.published import applications, published_application
from perfmodel.paper.reconstruct import reconstruct

CELL = ["num_executors", "executor_cores", "sampling_rate_pct"]


@pytest.mark.parametrize("application", applications())
def test_the_12_averages_add_up_to_the_published_collecting_time(application):
    runs = reconstruct(application)
    full = runs[runs["sampling_rate_pct"] == 100]
    averages = full.groupby(["num_executors", "executor_cores"])["completion_time_s"].mean()
    assert len(averages) == 12
    assert averages.sum() == pytest.approx(published_application(application).baseline_t1_s, rel=1e-12)


@pytest.mark.parametrize("application", applications())
@pytest.mark.parametrize(
    ("column", "table", "other"),
    [
        ("executor_memory_gb", "memory", "images_per_partition"),
        ("images_per_partition", "images_per_partition", "executor_memory_gb"),
    ],
)
def test_memory_and_partition_size_vary_inside_the_published_bands(application, column, table, other):
    scaled = scaled_completion_time(reconstruct(application), column, [*CELL, other])
    band = getattr(published_application(application), table)
    assert scaled.max() == 1
    assert scaled.min() >= band.low
    assert scaled.min() < band.low + (1 - band.low) / 2, "the band is used, not just touched at its end"


@pytest.mark.parametrize(("column", "table"), [("executor_cores", "by_cores"), ("num_executors", "by_executors")])
def test_effects_of_cores_and_executors_are_the_published_ones(paper_runs, column, table):
    averages = paper_runs.groupby(CELL)["completion_time_s"].mean().reset_index()
    others = [name for name in CELL if name != column]
    effect = scaled_completion_time(averages, column, others).groupby(averages[column]).mean()
    for level, published in getattr(published_application("resnet50"), table).items():
        assert effect[level] == pytest.approx(published, abs=0.02)


def test_it_is_1260_seeded_runs_that_say_they_are_reconstructed(paper_runs):
    assert len(paper_runs) == 1260
    assert set(paper_runs["origin"]) == {"reconstructed"}
    pd.testing.assert_frame_equal(paper_runs, reconstruct("resnet50"))
    other_seed = reconstruct("resnet50", seed=1)
    assert not paper_runs["completion_time_s"].equals(other_seed["completion_time_s"])


def test_images_follow_the_sampling_rate(paper_runs):
    images = paper_runs.groupby("sampling_rate_pct")["input_images"].unique()
    assert {rate: list(counts) for rate, counts in images.items()} == {1.0: [2000], 10.0: [20000], 100.0: [200000]}
