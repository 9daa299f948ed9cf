"""Every page on a home with 10,000 runs and 200 versions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect

from perfmodel import artifacts
from perfmodel.model import ScenarioModel
from perfmodel.scores.accuracy import HELD_OUT, PAPER
from store import Metric, ModelDraft, Store, open_store, sha256
from tests.e2e.helpers import find, serving

pytestmark = pytest.mark.thorough

RUNS, VERSIONS = 10_000, 200
PAIR = {"application": "resnet50", "cluster": "large"}


@pytest.fixture(scope="module")
def loaded_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home: Path = tmp_path_factory.mktemp("loaded")
    store = open_store(home)
    numbers = np.arange(RUNS)
    runs = pd.DataFrame(
        {
            "num_executors": 1 + numbers % 32,
            "executor_cores": 1 + numbers % 8,
            "executor_memory_gb": 8.0,
            "sampling_rate_pct": np.where(numbers % 3, 10.0, 100.0),
            "completion_time_s": 10.0 + numbers,
            "repeat": numbers,
            "campaign": np.where(numbers % 2, "odd", "even"),
            "origin": "simulated",
        }
    ).assign(**PAIR)
    store.runs.add(runs)
    few = runs[(runs["num_executors"] <= 4) & (runs["executor_cores"] <= 4)].drop(columns="origin")
    artefact = artifacts.dump(ScenarioModel("baseline", ("ridge",)).fit(few, few["completion_time_s"]))
    for number in range(VERSIONS):
        register(store, number, artefact, tuple(store.runs.load(campaign="odd")["run_id"]) if number == 0 else ())
    with serving(home) as url:
        yield url


def register(store: Store, number: int, artefact: bytes, run_ids: tuple[str, ...]) -> None:
    metrics = [
        Metric("accuracy", PAPER, 90 + number * 4.95 / (VERSIONS - 1), "%"),
        Metric("accuracy", HELD_OUT, 80 + number / 20, "%"),
        *(Metric(name, "", 1.0, "s") for name in ("t1", "t2", "T")),
    ]
    draft = ModelDraft(
        **PAIR, scenario="baseline", techniques={"final": "ridge"}, params={"final": {"alpha": number}}, seed=0,
        schema={"features": [], "ranges": {}}, training_run_ids=run_ids, data_sha256=sha256(b"rows"),
        fingerprint=f"f{number}", environment=artifacts.environment(), metrics=metrics,
    )  # fmt: skip
    store.registry.register(draft, artefact)


def test_ten_thousand_runs_are_shown_a_page_at_a_time(loaded_url, page):
    page.goto(f"{loaded_url}/runs?cluster=large&application=resnet50")
    expect(page.get_by_text("10,000 runs: 10,000 ok")).to_be_visible()
    expect(page.get_by_text("Simulated runs: 10,000")).to_be_visible()
    expect(page.get_by_role("region", name="Runs 1 to 100;")).to_be_visible()
    page.get_by_test_id("stPagination").get_by_text("100", exact=True).click()
    expect(page.get_by_role("region", name="Runs 9901 to 10000;")).to_be_visible()
    find(page, "EVEN")
    expect(page.get_by_text("5,000 runs: 5,000 ok")).to_be_visible()
    expect(page.get_by_role("region", name="Runs 1 to 100;")).to_be_visible()


def test_two_hundred_versions_are_a_table_and_a_line(loaded_url, page):
    page.goto(f"{loaded_url}/models?cluster=large&application=resnet50")
    expect(page.get_by_role("heading", name="Version 1", exact=True)).to_be_visible()
    expect(page.get_by_text("Trained on 5,000 runs")).to_be_visible()
    page.get_by_role("tab", name="Metrics").click()
    expect(page.get_by_role("figure", name="90.00 at version 1, 94.95 at 200, the paper's protocol")).to_be_visible()


def test_sliders_and_the_search_answer_over_many_runs(loaded_url, page):
    page.goto(f"{loaded_url}/explore?cluster=large&application=resnet50")
    metric = page.get_by_test_id("stMetric").filter(has_text="Predicted time").get_by_test_id("stMetricValue")
    expect(metric).to_be_visible()
    before = metric.inner_text()
    page.get_by_role("group", name="Cores an executor").get_by_role("slider").press("Home")
    expect(metric).not_to_have_text(before)
    page.goto(f"{loaded_url}/recommend?cluster=large&application=resnet50")
    expect(page.get_by_role("figure", name="Cost against time of")).to_be_visible()


def test_two_of_two_hundred_versions_stand_against_each_other(loaded_url, page):
    page.goto(f"{loaded_url}/compare?cluster=large&application=resnet50&view=Versions&version_a=scenario+baseline+v7")
    expect(page.get_by_role("region", name="Figures of both versions")).to_be_visible()
    expect(page.get_by_role("figure", name="against those of scenario baseline v7 for")).to_be_visible()
