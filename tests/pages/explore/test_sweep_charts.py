from __future__ import annotations

import pytest

from pages.ui.explore.sweep_charts import (
    MOST,
    cost_figure,
    cost_text,
    other_cores,
    sweep_data,
    sweep_figure,
    sweep_text,
)
from pages.ui.shared.shown import figure_data
from perfmodel import catalog
from perfmodel.answers.cost import EXAMPLE_PRICE
from perfmodel.answers.prediction import question
from store import open_store


@pytest.fixture(scope="module")
def paper(demo_home):
    store = open_store(demo_home)
    model = catalog.champions(store, "resnet50", "paper-2020")["4-2"].model
    return model, catalog.usable_runs(store, "resnet50", "paper-2020")


def sweep_of(paper, *configuration):
    return sweep_data(*paper, question(*configuration).iloc[0], range(1, 7), EXAMPLE_PRICE)


def test_the_sweep_holds_the_predictions_and_the_runs_like_the_chosen_one(paper):
    sweep = sweep_of(paper, 3, 8, 8, 100)
    asked = question(2, 8, 8, 100)
    assert list(sweep.curve["num_executors"]) == [1, 2, 3, 4, 5, 6]
    assert sweep.curve["predicted_s"][1] == pytest.approx(paper[0].predict(asked)[0])
    assert len(sweep.runs) == 3 * 7 * 5
    assert set(sweep.runs["executor_cores"]) == {8}
    assert set(sweep.runs["sampling_rate_pct"]) == {100}


def test_the_figure_draws_band_curve_points_and_choice_in_a_readable_unit(paper):
    figure = sweep_figure(sweep_of(paper, 3, 8, 8, 100))
    drawn = {trace.name: trace for trace in figure.data if trace.name}
    assert set(drawn) == {"90 % interval", "Predicted", "Profiled runs", "Your choice"}
    assert figure.layout.yaxis.title.text == "Completion time (hours)"
    assert list(drawn["Your choice"].x) == [3]
    assert drawn["Predicted"].y[0] == pytest.approx(paper[0].predict(question(1, 8, 8, 100))[0] / 3600)


def test_without_runs_there_are_no_points(paper):
    figure = sweep_figure(sweep_of(paper, 3, 8, 8, 37))
    assert "Profiled runs" not in {trace.name for trace in figure.data}


def test_the_text_says_what_the_chart_shows(paper):
    text = sweep_text(sweep_of(paper, 3, 8, 8, 100))
    assert "2 h 50 min with the chosen 3" in text
    assert "105 profiled runs" in text


def test_other_cores_have_a_line_each_told_apart_by_its_dash(paper):
    model, runs = paper
    assert other_cores(runs) == [2, 4, 6, 8]
    sweep = sweep_data(model, runs, question(3, 8, 8, 100).iloc[0], range(1, 7), EXAMPLE_PRICE, other_cores(runs))
    lines = [trace for trace in sweep_figure(sweep).data if trace.name and trace.name.endswith(" cores")]
    assert [line.name for line in lines] == ["2 cores", "4 cores", "6 cores"]
    assert len({line.line.dash for line in lines}) == 3
    assert lines[1].y[1] == pytest.approx(model.predict(question(2, 4, 8, 100))[0] / 3600)


def test_costs_are_drawn_over_executors(paper):
    sweep = sweep_of(paper, 3, 8, 8, 100)
    figure = cost_figure(sweep, "EUR")
    drawn = {trace.name: trace for trace in figure.data if trace.name}
    assert figure.layout.yaxis.title.text == "Cost (EUR)"
    assert list(drawn["Predicted"].y) == sweep.curve["cost"].tolist()
    assert list(drawn["Your choice"].x) == [3]
    assert cost_text(sweep, "EUR").startswith("Cost against executors: ")
    assert cost_text(sweep, "EUR").endswith("105 profiled runs drawn as points.")


def test_each_profiled_run_has_its_cost_at_the_chosen_price(paper):
    sweep = sweep_of(paper, 3, 8, 8, 100)
    drawn = {trace.name: trace for trace in cost_figure(sweep, "EUR").data}
    run = sweep.runs.iloc[0]
    hours = run["completion_time_s"] / 3600 * run["num_executors"]
    expected = hours * (8 * EXAMPLE_PRICE.per_core_hour + run["executor_memory_gb"] * EXAMPLE_PRICE.per_gib_hour)
    assert len(drawn["Profiled runs"].y) == 105
    assert drawn["Profiled runs"].y[0] == pytest.approx(expected)


def test_the_file_of_the_chart_names_both_ends_of_the_interval(paper):
    saved = figure_data(sweep_figure(sweep_of(paper, 3, 8, 8, 100)))
    assert {"90 % interval, lower bound", "90 % interval, upper bound"} <= set(saved["series"])
    assert "" not in set(saved["series"])


def test_of_very_many_executors_some_are_drawn_the_chosen_one_among_them(paper):
    sweep = sweep_data(*paper, question(777, 8, 8, 100).iloc[0], range(1, 20_001), EXAMPLE_PRICE)
    counts = sweep.curve["num_executors"].tolist()
    assert len(counts) == MOST + 1
    assert {1, 777, 20_000} <= set(counts)
