from __future__ import annotations

import pandas as pd
import pytest

from perfmodel.model import ScenarioModel
from perfmodel.paper.reconstruct import reconstruct
from tests.perfmodel.catalog.small import law


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
    return law((1, 2, 3), (1, 2, 4))


@pytest.fixture
def few_runs() -> pd.DataFrame:
    """Four configurations of it, where a fit must be quick."""
    return law()
