from __future__ import annotations

import itertools

import pandas as pd
import pytest

from perfmodel.model import ScenarioModel
from perfmodel.paper.reconstruct import reconstruct


@pytest.fixture(scope="session")
def paper_runs() -> pd.DataFrame:
    """The 1,260 reconstructed runs of ResNet50."""
    return reconstruct("resnet50")


@pytest.fixture(scope="session")
def paper_model(paper_runs: pd.DataFrame) -> ScenarioModel:
    return ScenarioModel("4-2").fit(paper_runs, paper_runs["completion_time_s"])


@pytest.fixture(scope="session")
def paper_baseline(paper_runs: pd.DataFrame) -> ScenarioModel:
    return ScenarioModel("baseline", techniques=("lasso", "ridge")).fit(paper_runs, paper_runs["completion_time_s"])


@pytest.fixture
def grid_runs() -> pd.DataFrame:
    """A small exact law: time = 600 s x rate % / (executors x cores), one run a configuration."""
    rows = [
        {
            "num_executors": executors,
            "executor_cores": cores,
            "executor_memory_gb": 2.0,
            "images_per_partition": 20,
            "sampling_rate_pct": rate,
            "completion_time_s": 600 * rate / (executors * cores),
        }
        for executors, cores, rate in itertools.product((1, 2, 3), (1, 2, 4), (1.0, 5.0, 100.0))
    ]
    return pd.DataFrame(rows)


@pytest.fixture
def few_runs(grid_runs: pd.DataFrame) -> pd.DataFrame:
    """Four configurations of it, where a fit must be quick."""
    return grid_runs[(grid_runs["num_executors"] <= 2) & (grid_runs["executor_cores"] <= 2)].reset_index(drop=True)
