from __future__ import annotations

import numpy as np
import pytest

from pages.ui.runs.effect_charts import TASK, TIME, effect_figure, effect_text, effects_data, effects_table
from perfmodel import catalog
from store import open_store


@pytest.fixture(scope="module")
def paper_runs(demo_home):
    return catalog.usable_runs(open_store(demo_home), "resnet50", "paper-2020")


@pytest.fixture(scope="module")
def paper(paper_runs):
    return effects_data(paper_runs, TIME, "resnet50", "paper-2020")


def test_the_paper_has_its_five_effects_beside_what_it_published(paper):
    assert [effect.table for effect in paper] == ["2", "3", "4", "5a", "5b"]
    executors = paper[-1].rows
    np.testing.assert_allclose(executors["mean"], executors["published"], atol=0.01)
    assert paper[1].rows["published"].isna().all(), "table 3 prints one average over all levels"


def test_another_cluster_has_nothing_published(paper_runs):
    [*_, executors] = effects_data(paper_runs, TIME, "resnet50", "elsewhere")
    assert executors.rows["published"].isna().all()
    assert "Published" not in {trace.name for trace in effect_figure(executors).data}


def test_the_figure_draws_mean_band_and_published(paper):
    drawn = {trace.name: trace for trace in effect_figure(paper[-1]).data if trace.name}
    assert set(drawn) == {"Smallest to largest", "Mean", "Published"}
    assert list(drawn["Mean"].x) == ["1", "2", "3"]
    assert list(drawn["Mean"].y) == paper[-1].rows["mean"].tolist()
    assert effect_text(paper[-1]).startswith("Scaled time by Executors: 1.000 at 1, ")


def test_the_table_has_every_level(paper):
    table = effects_table(paper)
    assert len(table) == sum(len(effect.rows) for effect in paper)
    assert table["column"].nunique() == 5


def test_runs_that_vary_nothing_have_no_effect(paper_runs):
    assert effects_data(paper_runs.head(1), TIME, "resnet50", "paper-2020") == []


def test_task_times_are_of_tables_6(demo_home):
    store = open_store(demo_home)
    pairs = store.runs.pairs()
    [cluster] = pairs.loc[(pairs["cluster"] != "paper-2020") & (pairs["application"] == "resnet50"), "cluster"]
    runs = catalog.with_task_seconds(store, catalog.usable_runs(store, "resnet50", cluster))
    found = {effect.title: effect.table for effect in effects_data(runs, TASK, "resnet50", cluster)}
    assert found["Cores an executor"] == "6a"
