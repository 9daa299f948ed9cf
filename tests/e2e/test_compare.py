"""Compare, in a real browser: scenarios beside the paper, errors, intervals, curves, two versions."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

PAPER = "compare?cluster=paper-2020&application=resnet50"


def view(page: Page, url: str, name: str, **also: str) -> None:
    query = "".join(f"&{key}={value}" for key, value in {"view": name.replace(" ", "+"), **also}.items())
    page.goto(f"{url}/{PAPER}{query}")


def figure(page: Page, name: str):
    return page.get_by_role("figure", name=name).first


def test_accuracy_and_times_stand_beside_what_was_published(app_url, page):
    page.goto(f"{app_url}/{PAPER}")
    expect(figure(page, "Accuracy by scenario. baseline: published 92.2, here")).to_be_visible()
    expect(figure(page, "t1, t2 and T of each scenario")).to_be_visible()
    expect(page.get_by_text("Published: Myung")).to_be_visible()
    expect(page.get_by_text("Not fitted yet:")).to_be_visible()


def test_another_view_is_a_click_away_and_in_the_address(app_url, page):
    page.goto(f"{app_url}/{PAPER}")
    page.get_by_role("radio", name="Intervals").or_(page.get_by_role("button", name="Intervals")).first.click()
    expect(page.get_by_text("Above the line an interval is safer than it says")).to_be_visible()
    expect(page).to_have_url(re.compile("view=Intervals"))


@pytest.mark.thorough
def test_predicted_against_actual_can_be_downloaded(app_url, page):
    view(page, app_url, "Predicted and actual", compared="Scenario+4-2,+version+1")
    expect(page.get_by_role("figure").first).to_be_visible()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="residuals.csv").click()
    rows = waiting.value.path().read_text(encoding="utf-8").splitlines()
    assert {"actual_s", "predicted_s"} <= set(rows[0].split(","))
    assert len(rows) > 9


@pytest.mark.thorough
def test_residuals_go_by_the_feature_that_is_chosen(app_url, page):
    view(page, app_url, "Residuals", compared="Scenario+5,+version+1")
    expect(page.get_by_role("combobox", name="By")).to_be_visible()
    first = page.get_by_role("figure").first
    expect(first).to_be_visible()
    before = first.get_attribute("aria-label")
    box = page.get_by_role("combobox", name="By")
    box.fill("Cores an executor")
    box.press("Enter")
    expect(page.get_by_role("figure").first).not_to_have_attribute("aria-label", before or "")


@pytest.mark.thorough
def test_the_curves_of_both_levels_are_drawn(app_url, page):
    view(page, app_url, "Fitted curves", compared="Scenario+4-2,+version+1")
    for title in ("Level 1: cores an executor", "Level 1: executors", "Level 1: share of the data set", "Level 2"):
        expect(figure(page, f"{title}, by")).to_be_visible()
    view(page, app_url, "Fitted curves", compared="Scenario+5,+version+1")
    expect(page.get_by_text("This scenario has one level.")).to_be_visible()


@pytest.mark.thorough
@pytest.mark.parametrize("other", ["scenario+4-2+v1", "scenario+baseline+v1"])
def test_any_two_versions_stand_against_each_other(app_url, page, other):
    view(page, app_url, "Versions", version_a=other, version_b="scenario+5+v1")
    expect(page.get_by_role("region", name="Figures of both versions")).to_be_visible()
    expect(page.get_by_role("figure").first).to_be_visible()
