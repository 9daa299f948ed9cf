"""Four people at once: each with a screen of their own, all on one store."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from pages.ui.shared import formats
from perfmodel import catalog
from perfmodel.answers.cost import EXAMPLE_PRICE
from perfmodel.answers.prediction import answer, best_scenario, question
from store import open_store
from tests.e2e.helpers import settled

pytestmark = pytest.mark.thorough

PAPER = "cluster=paper-2020&application=resnet50"
UPLOAD = b"app,cluster,executors,cores,memory,SR,duration_ms\nalexnet,shared,1,2,8g,10,5000\n"


@pytest.fixture
def people(browser):
    contexts = [browser.new_context(viewport={"width": 1280, "height": 900}) for _ in range(4)]
    pages = [context.new_page() for context in contexts]
    for page in pages:
        page.set_default_timeout(60_000)
    yield pages
    for context in contexts:
        context.close()


def predicted(page: Page):
    return page.get_by_test_id("stMetric").filter(has_text="Predicted time").get_by_test_id("stMetricValue")


def test_each_keeps_a_screen_and_all_see_what_one_uploads(own_url, own_home, people):
    models = {n: c.model for n, c in catalog.champions(open_store(own_home), "resnet50", "paper-2020").items()}

    def shows(page: Page, executors: int) -> None:
        asked = question(executors, 8, 14, 100)
        row = answer(models[best_scenario(models, asked)], asked, EXAMPLE_PRICE).iloc[0]
        expect(predicted(page)).to_have_text(formats.time_text(row["predicted_s"]))

    for page in people:  # one after the other: four browsers that start together are slow by themselves
        page.goto(f"{own_url}/?{PAPER}")
        shows(page, 3)
    for steps, page in enumerate(people):  # the last one crosses to beyond what was profiled and comes back
        settled(page)
        slider = page.get_by_role("group", name="Executors").get_by_role("slider")
        for key in ("ArrowLeft",) * steps if steps < 3 else ("ArrowRight",):
            slider.press(key)
            page.wait_for_timeout(50)
    for page, executors in zip(people, (3, 2, 1, 4), strict=True):
        shows(page, executors)

    first, *others = people
    first.goto(f"{own_url}/runs?{PAPER}&runs_view=Upload")
    upload = {"name": "shared.csv", "mimeType": "text/csv", "buffer": UPLOAD}
    first.locator("input[type=file]").set_input_files(upload)
    first.get_by_role("button", name="Import 1 row").click()
    expect(first.get_by_text("shared.csv: 1 run added.")).to_be_visible()
    for page, executors in zip(others, (2, 1, 4), strict=True):
        page.reload()
        shows(page, executors)
        box = page.get_by_role("combobox", name="Cluster")
        box.fill("shared")
        box.press("Enter")
        expect(page.get_by_role("combobox", name="Application")).to_have_value("alexnet")
