from __future__ import annotations

import pytest

from perfmodel.answers.breakdown import breakdown, doubled
from perfmodel.answers.prediction import question
from perfmodel.model import ScenarioModel

ASKED = question(2, 4, 2, 100).assign(images_per_partition=20.0)


@pytest.fixture(scope="module")
def law(paper_runs):
    return ScenarioModel("5").fit(paper_runs, paper_runs["completion_time_s"])


def test_the_parts_add_up_to_the_prediction(law):
    parts = breakdown(law, ASKED)
    assert parts.sum() == pytest.approx(law.predict(ASKED)[0])
    assert (parts > 0).all()
    assert parts.index[0] == "work"
    assert parts.is_monotonic_decreasing


def test_a_scenario_without_parts_has_none(paper_model):
    assert breakdown(paper_model, ASKED) is None


def test_twice_the_cluster_is_predicted_for_each_column(law):
    found = doubled(law, ASKED)
    assert found["num_executors"] == law.predict(ASKED.assign(num_executors=4))[0]
    assert found["executor_cores"] == law.predict(ASKED.assign(executor_cores=8))[0]
