from __future__ import annotations

import pytest

from perfmodel import report_page
from perfmodel.accuracy import HELD_OUT, PAPER
from perfmodel.catalog import FitOutcome
from perfmodel.reconstruct import reconstruct
from perfmodel.report import explanations, linear_share, published_accuracy, published_t1_s, published_t2_s, report_row


@pytest.fixture
def rows():
    good = FitOutcome("resnet50@paper-2020/4-2", 1, True, {PAPER: 99.17, HELD_OUT: -3.0}, 34_320.0, 1.5)
    bad = FitOutcome("resnet50@paper-2020/1", None, False, {}, 0.0, 0.0, refused="<too few>")
    return [report_row("resnet50", "paper-2020", outcome.scenario, outcome) for outcome in (good, bad)]


TEXTS = {("resnet50", "paper-2020"): ["because"]}


def test_published_figures_are_looked_up_as_the_paper_says_them():
    assert published_accuracy("baseline", "xception") == "92.4"
    assert published_accuracy("4-2", "xception") == "99.8"
    assert published_accuracy("5", "xception") == ""
    assert published_t1_s("4-2", "resnet50") == 570 * 60
    assert published_t1_s("2", "resnet50") is None
    assert published_t1_s("3-2", "resnet50") == 5182 * 60
    assert published_t2_s("3-2") == 20 * 60
    assert published_t2_s("5") is None


@pytest.mark.parametrize(("application", "share"), [("inception_v4", 0.974), ("resnet50", 0.993), ("xception", 0.959)])
def test_what_linear_extrapolation_can_reach_is_computed(application, share):
    assert linear_share(reconstruct(application)) == pytest.approx(share, abs=0.004)


def test_explanations_say_where_the_runs_come_from(paper_runs):
    assert next(explanations(paper_runs)) == "From 1,260 reconstructed runs."


def test_explanations_say_the_share_of_these_runs(paper_runs):
    assert any(f"is {linear_share(paper_runs):.3f} of the one at 100 %" in text for text in explanations(paper_runs))
    full = paper_runs[paper_runs["sampling_rate_pct"] == 100]
    assert linear_share(full) is None


def test_other_clusters_have_nothing_published():
    outcome = FitOutcome("resnet50@mine/4-2", 1, True, {PAPER: 90.0}, 10.0, 1.0)
    row = report_row("resnet50", "mine", "4-2", outcome)
    assert (row["published_pct"], row["published_t1_s"]) == ("", None)
    assert row["T_s"] == 11


def test_markdown_has_a_row_a_scenario_and_the_reason_of_a_refusal(rows):
    text = report_page.markdown(rows, TEXTS)
    assert "| 4-2 | 99.8 | 99.2 % | 0.0 % | 9 h 30 min | 9 h 32 min | 45 min | 1.5 s | 9 h 32 min |" in text
    assert "- Scenario 1 was not fitted: <too few>" in text


def test_html_escapes_names_and_draws_each_accuracy(rows):
    page = report_page.html(rows, TEXTS)
    assert "&lt;too few&gt;" in page
    assert "<too few>" not in page
    assert "width=396.7" in page
    assert page.count("<rect") == 2 + 2 * len(rows)
