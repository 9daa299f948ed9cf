"""Published beside reproduced beside honest, and what models got wrong."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from pages.ui.compare import curve_charts, error_charts, scenario_charts, version_pair
from perfmodel import catalog
from perfmodel.curves import curves
from perfmodel.report.technique_scores import technique_scores
from perfmodel.scores.accuracy import HELD_OUT
from perfmodel.scores.coverage import coverage
from perfmodel.scores.residuals import residuals
from store import open_store


@pytest.fixture(scope="module")
def runs(demo_home):
    return catalog.usable_runs(open_store(demo_home), "resnet50", "paper-2020")


@pytest.fixture(scope="module")
def champions(demo_home):
    return catalog.champions(open_store(demo_home), "resnet50", "paper-2020")


@pytest.fixture(scope="module")
def times(demo_home, champions):
    registry = open_store(demo_home).registry
    named = {name: f"resnet50@paper-2020/{name}" for name in champions}
    return {
        one: scenario_charts.times_of(registry.metrics(name, champions[one].version)) for one, name in named.items()
    }


@pytest.fixture(scope="module")
def rows(champions, times):
    return scenario_charts.scenario_rows("resnet50", "paper-2020", champions, times)


@pytest.fixture(scope="module")
def found(champions, runs):
    every = residuals(champions["5"].model, runs)
    return every[every["protocol"] == HELD_OUT]


def test_every_scenario_has_a_row_fitted_or_not(rows):
    by = rows.set_index("scenario")
    assert {"baseline", "1", "4-2", "5", "ernest"} <= set(by.index)
    assert by.loc["1", "refused"] == "not fitted"
    assert by.loc["1", "published_pct"] > 0
    assert by.loc["5", ["paper_protocol_pct", "never_seen_pct", "t1_s", "T_s"]].notna().all()
    assert by["published_pct"].isna()["5"]


def test_accuracies_are_told_apart_by_more_than_colour(rows):
    figure = scenario_charts.accuracy_figure(rows)
    assert [trace.name for trace in figure.data] == ["Published", "Reproduced, paper's protocol", "Honest, never seen"]
    assert len({trace.marker.pattern.shape for trace in figure.data}) == 3
    assert "5: published nothing, here 9" in scenario_charts.accuracy_text(rows)


def test_t1_t2_and_t_published_and_here(rows):
    figure = scenario_charts.time_figure(rows)
    assert [trace.name for trace in figure.data][:2] == ["t1 published", "t1 here"]
    assert figure.layout.xaxis.type == "log"
    table = scenario_charts.scenario_table(rows).set_index("Scenario")
    assert table.loc["5", "t1 published"] == "–"
    assert table.loc["baseline", "T here"] != "–"


def test_techniques_side_by_side_with_the_chosen_one_marked(champions, runs):
    scores = technique_scores(champions["baseline"].model, runs, ("lasso", "ridge"))
    figure = scenario_charts.technique_figure(scores)
    assert [trace.name for trace in figure.data] == ["lasso", "ridge"]
    assert len({trace.marker.pattern.shape for trace in figure.data}) == 2, "told apart without colour"
    assert sum("✓" in text for trace in figure.data for text in trace.text) == scores["chosen"].sum()
    assert "final, ridge: " in scenario_charts.technique_text(scores)


def test_predicted_against_actual_has_a_point_a_run(found):
    figure = error_charts.actual_figure(found)
    assert len(figure.data[1].x) == len(found)
    assert error_charts.actual_text(found).startswith(f"Predicted against actual time of {len(found):,} runs: half are")


def test_residuals_by_feature_have_a_box_a_level(found):
    figure = error_charts.feature_figure(found, "executor_cores")
    assert [trace.name for trace in figure.data] == ["2", "4", "6", "8"]
    table = error_charts.feature_table(found, "executor_cores")
    assert table["Runs"].sum() == len(found)
    assert "Median residual by cores an executor: 2: " in error_charts.feature_text(found, "executor_cores")


def test_coverage_is_drawn_for_seen_and_unseen(champions):
    figure = error_charts.coverage_figure(coverage(champions["5"].model))
    assert [trace.name for trace in figure.data][1:] == ["Profiled configurations", "Configurations never seen"]
    assert "90% promised: " in error_charts.coverage_text(coverage(champions["5"].model))


def test_curves_have_a_line_and_points(champions, runs):
    first, *_, last = curves(champions["4-2"].model, runs)
    assert [trace.mode for trace in curve_charts.curve_figure(first).data] == ["markers", "lines"]
    assert curve_charts.curve_title(first).startswith("Level 1: cores an executor, by ")
    assert curve_charts.curve_figure(last).layout.xaxis.title.text == "Product of the level-1 predictions"
    assert curve_charts.curve_text(last).startswith("Level 2, by ")


def test_two_versions_are_compared_on_the_runs_that_both_answer_for(champions, times, runs):
    pair = champions["baseline"].model, champions["5"].model
    both = version_pair.both_predictions(*pair, runs)
    assert len(both) == (runs["sampling_rate_pct"] == 100).sum()
    table = version_pair.version_table(("one", "other"), pair, (times["baseline"], times["5"]), both)
    assert table.columns.tolist() == ["Figure", "one", "other"]
    assert len(version_pair.versions_figure(("one", "other"), both).data[1].x) == len(both)
    assert version_pair.versions_text(("one", "other"), both).startswith(
        "Predictions of other against those of one for "
    )


def test_times_that_a_version_does_not_have_are_unknown():
    metrics = pd.DataFrame({"metric": ["accuracy", "t2"], "unit": ["%", "s"], "value": [97.0, 3.0]})
    times = scenario_charts.times_of(metrics)
    assert times["t2"] == 3.0
    assert {name for name, seconds in times.items() if math.isnan(seconds)} == {"t1", "T"}
