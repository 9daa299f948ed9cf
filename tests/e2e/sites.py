"""The homes that people come to, one fresh and one loaded, and which runs and models tests look at there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from perfmodel import artifacts, catalog
from perfmodel.model import ScenarioModel
from perfmodel.scores.accuracy import HELD_OUT, PAPER
from store import Metric, ModelDraft, Store, open_store, sha256

APPLICATION = "resnet50"
RUNS, VERSIONS = 10_000, 200


@dataclass(frozen=True)
class Site:
    """The app on a home, and the cluster that tests look at.

    Attributes
    ----------
    home : Path
    url : str
    cluster : str
        Where `APPLICATION` has runs over the whole data set and models.
    largest : tuple of (int, int, float)
        Most executors, cores of each and memory of each (GiB) that were profiled; sliders start there.
    """

    home: Path
    url: str
    cluster: str
    largest: tuple[int, int, float]

    @classmethod
    def fresh(cls, home: Path, url: str) -> Site:
        """With the demo data."""
        return cls(home, url, "paper-2020", (3, 8, 14.0))

    @classmethod
    def loaded(cls, home: Path, url: str) -> Site:
        """On what `make_loaded_home` makes."""
        return cls(home, url, "large", (16, 8, 8.0))

    def address(self, view: str) -> str:
        """Where a page, or a view of it, shows the application on the cluster."""
        return f"{self.url}/{view}{'&' if '?' in view else '?'}cluster={self.cluster}&application={APPLICATION}"

    @cached_property
    def store(self) -> Store:
        """The store of the home."""
        return open_store(self.home)

    @cached_property
    def champions(self) -> dict[str, catalog.Champion]:
        """The models that answer at first."""
        return catalog.champions(self.store, APPLICATION, self.cluster)


def make_loaded_home(home: Path) -> Path:
    """Put `RUNS` runs and `VERSIONS` versions of one model into a home."""
    store = open_store(home)
    numbers = np.arange(RUNS)  # times fall with every executor and core, so that each slider changes the answer
    executors, cores, rate = 1 + numbers % 16, 1 + numbers // 16 % 8, np.array([1.0, 10.0, 100.0])[numbers // 128 % 3]
    runs = pd.DataFrame(
        {
            "application": APPLICATION,
            "cluster": "large",
            "num_executors": executors,
            "executor_cores": cores,
            "executor_memory_gb": 8.0,
            "sampling_rate_pct": rate,
            "completion_time_s": 30 + rate * (60 / executors + 9 - cores) + numbers % 5,
            "repeat": numbers,
            "campaign": np.where(numbers % 2, "odd", "even"),
            "origin": "simulated",
        }
    )
    store.runs.add(runs)
    model = ScenarioModel("baseline", ("ridge",)).fit(runs.drop(columns="origin"), runs["completion_time_s"])
    artefact, learned_from = artifacts.dump(model), tuple(store.runs.load(campaign="odd")["run_id"])
    for number in range(VERSIONS):
        _register(store, number, artefact, () if number else learned_from)
    return home


def _register(store: Store, number: int, artefact: bytes, run_ids: tuple[str, ...]) -> None:
    metrics = [
        Metric("accuracy", PAPER, 90 + number * 4.95 / (VERSIONS - 1), "%"),
        Metric("accuracy", HELD_OUT, 80 + number / 20, "%"),
        *(Metric(name, "", 1.0, "s") for name in ("t1", "t2", "T")),
    ]
    draft = ModelDraft(
        application=APPLICATION, cluster="large", scenario="baseline", techniques={"final": "ridge"},
        params={"final": {"alpha": number}}, seed=0, schema={"features": [], "ranges": {}}, training_run_ids=run_ids,
        data_sha256=sha256(b"rows"), fingerprint=f"f{number}", environment=artifacts.environment(), metrics=metrics,
    )  # fmt: skip
    store.registry.register(draft, artefact)
