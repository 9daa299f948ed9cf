"""What only a home with 10,000 runs and 200 versions shows; other modules try their acts on it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.helpers import find

pytestmark = pytest.mark.thorough


def test_ten_thousand_runs_are_shown_a_page_at_a_time(loaded_site, page):
    page.goto(loaded_site.address("runs"))
    expect(page.get_by_text("10,000 runs: 10,000 ok")).to_be_visible()
    expect(page.get_by_text("Simulated runs: 10,000")).to_be_visible()
    expect(page.get_by_role("region", name="Runs 1 to 100;")).to_be_visible()
    page.get_by_test_id("stPagination").get_by_text("100", exact=True).click()
    expect(page.get_by_role("region", name="Runs 9901 to 10000;")).to_be_visible()
    find(page, "EVEN")
    expect(page.get_by_text("5,000 runs: 5,000 ok")).to_be_visible()
    expect(page.get_by_role("region", name="Runs 1 to 100;")).to_be_visible()


def test_two_hundred_versions_are_a_table_and_a_line(loaded_site, page):
    page.goto(loaded_site.address("models"))
    expect(page.get_by_role("heading", name="Version 1", exact=True)).to_be_visible()
    expect(page.get_by_text("Trained on 5,000 runs")).to_be_visible()
    page.get_by_role("tab", name="Metrics").click()
    expect(page.get_by_role("figure", name="90.00 at version 1, 94.95 at 200, the paper's protocol")).to_be_visible()


def test_two_of_two_hundred_versions_stand_against_each_other(loaded_site, page):
    page.goto(loaded_site.address("compare?view=Versions&version_a=scenario+baseline+v7"))
    expect(page.get_by_role("region", name="Figures of both versions")).to_be_visible()
    expect(page.get_by_role("figure", name="against those of scenario baseline v7 for")).to_be_visible()
