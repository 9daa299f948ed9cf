"""The very first visit: an empty home, and every page of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.e2e.helpers import serving


@pytest.fixture(scope="module")
def fresh_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("fresh") / "home") as url:
        yield url


def test_the_first_visit_ends_with_a_prediction(fresh_url, page):
    page.goto(fresh_url)
    value = page.get_by_test_id("stMetric").filter(has_text="Predicted time").get_by_test_id("stMetricValue")
    expect(value).to_have_text(re.compile(r"\d+ (d|h|min|s)\b"), timeout=180_000)


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("compare", "Collecting, tuning and training"),
        ("runs", re.compile(r"^[\d,]+ runs: [\d,]+ ok")),
        ("profile", "No campaign was run with this home yet"),
        ("models", "Trained on"),
        ("recommend", "No run with an exported configuration has come back yet"),
        ("training", re.compile("No training|no training")),
    ],
)
def test_every_page_has_something_to_show_or_says_what_to_do(fresh_url, page, path, shown):
    page.goto(f"{fresh_url}/{path}")
    # What tables hold is in hidden elements, too.
    expect(page.get_by_text(shown).filter(visible=True).first).to_be_visible(timeout=120_000)
    expect(page.get_by_test_id("stException")).to_have_count(0)
