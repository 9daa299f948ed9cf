from __future__ import annotations

import signal
from pathlib import Path

import pandas as pd
import pytest

from perfmodel import catalog
from perfmodel.fitting.spread import on_cores
from runner.clusters.class_archive import ClassArchive, find_class_archive, make_class_archive
from runner.clusters.environment import preparing_environment
from store import open_store
from tests.once import made_once

# A shell starts background jobs with Ctrl-C ignored, and they hand that down to the processes that tests interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with all demo runs, and fitted models of one reconstructed and one measured pair. Do not write to it."""
    return made_once(tmp_path_factory, "demo", _make_demo_home)


def _make_demo_home(home: Path) -> Path:
    store = open_store(home)
    pairs = catalog.add_demo_runs(store)
    wanted = [pair for pair in pairs if pair[0] == "resnet50"]
    assert not any(one.refused for one in catalog.fit_pairs(store, wanted, catalog.FIRST_SCENARIOS, spread=on_cores))
    return home


@pytest.fixture(scope="session")
def class_archive(tmp_path_factory: pytest.TempPathFactory) -> ClassArchive | None:
    """The archive with which Spark starts faster, left from an earlier test run, from a campaign, or made now."""
    return made_once(tmp_path_factory, "archive", _archive)


def _archive(folder: Path) -> ClassArchive | None:
    return find_class_archive() or make_class_archive(preparing_environment(folder))


@pytest.fixture
def assessed() -> pd.DataFrame:
    """Three candidates as a recommendation assesses them, each faster and dearer than the one before."""
    rows = [(1, 100.0, 1.0), (2, 60.0, 1.5), (4, 40.0, 3.0)]
    return pd.DataFrame(
        [
            {"num_executors": e, "executor_cores": 1, "executor_memory_gb": 1.0, "safe_s": s, "safe_cost": c}
            for e, s, c in rows
        ]
    )
