"""The fewest runs that answer, against what all runs say."""

from __future__ import annotations

import itertools

import pandas as pd
import pytest

from perfmodel.design import fewest, reasons
from perfmodel.law import SmoothLaw
from perfmodel.scenarios import GROUP_COLUMNS
from perfmodel.scores.accuracy import accuracy_pct

COLUMNS = ["num_executors", "executor_cores", "executor_memory_gb", "images_per_partition", "sampling_rate_pct"]


def grid(executors, cores, rates=(1.0, 10.0, 100.0), memory=(1.0,), images=(50,)) -> pd.DataFrame:
    return pd.DataFrame(itertools.product(executors, cores, memory, images, rates), columns=COLUMNS)


@pytest.fixture(scope="module")
def paper_grid(paper_runs: pd.DataFrame) -> pd.DataFrame:
    """One time for each executors, cores and sampling rate of the paper's runs: 36 of them."""
    means = paper_runs.groupby([*GROUP_COLUMNS, "sampling_rate_pct"])["completion_time_s"].mean().reset_index()
    return means.assign(executor_memory_gb=8.0, images_per_partition=60)


def test_a_few_runs_of_the_papers_grid_predict_all_the_others(paper_grid):
    chosen = fewest(paper_grid[COLUMNS])
    assert len(chosen) <= 11
    few, others = paper_grid.iloc[chosen], paper_grid.drop(index=paper_grid.index[chosen])
    law = SmoothLaw().fit(few[COLUMNS], few["completion_time_s"])
    assert accuracy_pct(others["completion_time_s"], law.predict(others[COLUMNS])) > 95


def test_the_ends_of_the_grid_are_in_the_design(paper_grid):
    few = paper_grid.iloc[fewest(paper_grid[COLUMNS])]
    for column in ("num_executors", "executor_cores", "sampling_rate_pct"):
        assert (few[column].min(), few[column].max()) == (paper_grid[column].min(), paper_grid[column].max())


def test_the_law_gets_enough_executors_and_cores_to_judge_itself():
    few = grid([1, 2], [1, 2]).iloc[fewest(grid([1, 2], [1, 2]))]
    assert len(few[GROUP_COLUMNS].drop_duplicates()) == 4


def test_what_does_not_vary_costs_no_runs():
    small, large = grid([1, 2, 4], [1], rates=(100.0,)), grid([1, 2, 4], [1, 2, 4])
    assert len(fewest(small)) == 3
    assert len(fewest(small)) < len(fewest(large)) < len(large)


@pytest.mark.parametrize("rows", [1, 2])
def test_hardly_anything_to_choose_from(rows):
    assert fewest(grid([1, 2], [1], rates=(100.0,)).head(rows)) == list(range(rows))


def test_the_choice_depends_on_nothing_but_the_candidates(paper_grid):
    assert fewest(paper_grid[COLUMNS]) == fewest(paper_grid[COLUMNS].copy())


def test_each_run_has_its_reason(paper_grid):
    said = reasons(paper_grid.iloc[fewest(paper_grid[COLUMNS])][COLUMNS])
    assert all(text.startswith("tells ") for text in said)
    assert {"tells the start-up that no cluster shortens", "tells how much further executors help"} <= set(said)
