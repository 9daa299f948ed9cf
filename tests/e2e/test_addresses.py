"""Addresses that somebody typed, shortened or made up: a page that works, never an error of the program."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.helpers import settled

pytestmark = pytest.mark.thorough


@pytest.mark.parametrize(
    "address",
    [
        "?cluster=nowhere&application=none&executors=NaN&cores=-1&memory=1e999&rate=abc&chart=pie&scenario=9&pin=%00",
        "?pin=1e9%20x%201e9,%201%20GiB,%201%20%25&core_price=-5&currency=XYZ&size_by=Images&images=99999999999999",
        "explore?cluster=paper-2020&application=resnet50&executors=2",
        "compare?view=everything&compared=17&protocol=none&by=colour&version_a=x",
        "runs?runs_view=none&sort=colour&order=sideways&find=%27%3B%20DROP%20TABLE%20runs%3B--&status=fine",
        "profile?plan_executors=99:1:0&plan_memory=much&plan_rates=,,&plan_synthetic=-1&plan_application=doom",
        "models?model=17&models_view=none&metric=beauty",
        "recommend?deadline=tomorrow&budget=-1&sure=400&paid=beans&format=pdf",
        "training?training_view=none&study=none",
    ],
)
def test_what_an_address_asks_wrongly_is_left_out_or_said(app_url, page, address):
    page.goto(f"{app_url}/{address}")
    settled(page)
    expect(page.get_by_text("has encountered an error")).to_have_count(0)
    expect(page.get_by_text("Page not found")).to_have_count(0)
    expect(page.get_by_test_id("stSidebar").get_by_text("Cluster", exact=True)).to_be_visible()
