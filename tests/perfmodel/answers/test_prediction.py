from __future__ import annotations

import copy

import numpy as np
import pandas as pd
import pytest

from perfmodel.answers.cost import Price, cost
from perfmodel.answers.prediction import answer, answer_each, best_scenario, question
from perfmodel.errors import CannotPredictError, NotEnoughRunsError, PerfmodelError

PRICE = Price(per_core_hour=0.1, per_gib_hour=0.01)


def test_cost_is_cores_and_memory_for_the_time():
    asked = question(3, 8, 8, 100)
    assert cost(asked, np.array([7200.0]), PRICE)[0] == pytest.approx(2 * (24 * 0.1 + 24 * 0.01))


@pytest.mark.parametrize("bad", [-1.0, float("nan"), float("inf")])
def test_a_price_that_makes_no_sense_is_refused(bad):
    with pytest.raises(PerfmodelError, match="per_core_hour"):
        Price(bad, 0.0)


def test_an_answer_has_time_interval_cost_and_no_warning_inside(paper_model):
    row = answer(paper_model, question(3, 8, 8, 100), PRICE).iloc[0]
    assert row["predicted_low_s"] < row["predicted_s"] < row["predicted_high_s"]
    assert row["core_hours"] == pytest.approx(24 * row["predicted_s"] / 3600)
    assert row["cost_low"] < row["cost"] < row["cost_high"]
    assert not row["outside_profiled_range"]
    assert row["note"] == ""


def test_an_answer_outside_says_what_and_how_far(paper_model):
    row = answer(paper_model, question(5, 8, 8, 100), PRICE).iloc[0]
    assert row["outside_profiled_range"]
    assert "executors: profiled at 1 to 3" in row["note"]


def test_no_answer_says_why(paper_baseline):
    both = pd.concat([question(2, 4, 8, 50), question(3, 64, 8, 100)], ignore_index=True)
    notes = answer(paper_baseline, both, PRICE)["note"]
    assert "whole data set only" in notes[0]
    assert "no answer this far outside" in notes[1]


def test_the_best_scenario_is_the_honestly_most_accurate_that_can_answer(paper_model, paper_baseline):
    models = {"baseline": paper_baseline, "4-2": paper_model}
    assert best_scenario(models, question(2, 4, 8, 100)) == "4-2"
    with pytest.raises(CannotPredictError, match="whole data set only"):
        best_scenario({"baseline": paper_baseline}, question(2, 4, 8, 10))


@pytest.mark.parametrize("values", [(0, 8, 8, 100), (1, -1, 8, 100), (1, 8, float("nan"), 100), (1, 8, 8, 0)])
def test_a_question_that_makes_no_sense_is_refused(values):
    with pytest.raises(CannotPredictError, match="above zero"):
        question(*values)


def test_a_model_that_cannot_say_how_sure_it_is_leaves_the_others_their_answers(paper_model):
    unsure = copy.copy(paper_model)
    unsure.unseen_errors_ = np.array([])
    answers, reasons = answer_each({"1": unsure, "4-2": paper_model}, question(3, 8, 8, 100), PRICE)
    assert list(answers) == ["4-2"]
    assert "no configuration could be held out" in reasons["1"]
    with pytest.raises(NotEnoughRunsError, match="no configuration could be held out"):
        answer_each({"1": unsure}, question(3, 8, 8, 100), PRICE)
