"""What a user takes away: the figures behind charts and tables, as files."""

from __future__ import annotations

import pandas as pd
import pytest
from playwright.sync_api import Page

from tests.e2e.helpers import settled

pytestmark = pytest.mark.thorough

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
    assert (points["series"] == "Profiled runs").sum() == 3 * 7 * 5  # executors, memories, partition sizes
    table = saved(page, "scenarios.csv")
    assert table["scenario"].tolist() == ["baseline", "4-2", "5"]
    assert (table["predicted_low_s"] < table["predicted_s"]).all()


def test_a_chart_of_colours_is_saved_as_the_figures_behind_them(app_url, page):
    page.goto(f"{app_url}/explore{PAIR}&chart=Executors%20x%20cores")
    settled(page)
    cells = saved(page, "executors-by-cores.csv")
    assert len(cells) == 6 * 16
    assert cells["predicted_s"].idxmax() == 0, "one executor of one core takes longest"
    assert set(cells["currency"]) == {"USD"}
