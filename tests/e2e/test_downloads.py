"""What a user takes away: the figures behind charts and tables, as files."""

from __future__ import annotations

import pandas as pd
import pytest
from playwright.sync_api import Page

from tests.e2e.helpers import settled

PAIR = "?cluster=paper-2020&application=resnet50"


def saved(page: Page, file: str) -> pd.DataFrame:
    with page.expect_download() as download:
        page.get_by_role("button", name=file, exact=True).click()
    assert download.value.suggested_filename == file
    return pd.read_csv(download.value.path())


def test_the_points_of_a_chart_and_the_rows_of_a_table_are_saved(app_url, page):
    page.goto(f"{app_url}/{PAIR}&executors=2")
    settled(page)
    points = saved(page, "time-by-executors.csv")
    predicted = points[points["series"] == "Predicted"]
    assert predicted["Executors"].tolist() == [1, 2, 3, 4, 5, 6]
    assert predicted["Completion time (hours)"].is_monotonic_decreasing
    assert (points["series"] == "Profiled runs").sum() == 315
    table = saved(page, "scenarios.csv")
    assert table["Scenario"].tolist() == ["baseline", "4-2 (preferred)", "5"]


@pytest.mark.parametrize(
    ("view", "file", "rows"),
    [
        (f"explore{PAIR}&chart=Executors%20x%20cores", "executors-by-cores.csv", 6 * 16),
        (f"compare{PAIR}", "accuracy.csv", 12),
        (f"runs{PAIR}&runs_view=Effects", "effect-of-executors.csv", 12),
        (f"recommend{PAIR}", "time-against-cost.csv", 12),
    ],
)
def test_each_page_saves_its_figures(app_url, page, view, file, rows):
    page.goto(f"{app_url}/{view}")
    settled(page)
    assert len(saved(page, file)) == rows
