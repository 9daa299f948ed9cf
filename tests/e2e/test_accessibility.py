"""Each page for those who do not see it or hold no mouse: axe-core, the keyboard, what stands for a chart."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.helpers import settled

PAIR = "?cluster=paper-2020&application=resnet50"
VIEWS = [
    f"explore{PAIR}",
    f"explore{PAIR}&chart=Executors%20x%20cores&guide=false",
    f"compare{PAIR}",
    f"compare{PAIR}&view=Predicted%20and%20actual",
    f"runs{PAIR}",
    f"runs{PAIR}&runs_view=Effects",
    f"profile{PAIR}",
    f"models{PAIR}",
    f"models{PAIR}&models_view=Metrics",
    f"recommend{PAIR}&deadline=4%20h",
    f"training{PAIR}",
]
# Serious by axe, and in Streamlit's own parts, which no setting of ours reaches: rule, and a part of the selector.
STREAMLITS_OWN: dict[str, str] = {}


def serious(page: Page) -> list[str]:
    """What axe-core finds serious or critical, and is not in `STREAMLITS_OWN`."""
    found = Axe().run(page).response["violations"]
    return [
        f"{rule['id']}: {' '.join(node['target'])}: {node['html'][:200]}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
        if STREAMLITS_OWN.get(rule["id"], "never") not in " ".join(node["target"])
    ]


@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing_serious_in_light_or_dark(app_url, page, view):
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.goto(f"{app_url}/{view}")
        settled(page)
        assert serious(page) == [], scheme


@pytest.mark.parametrize("view", VIEWS)
def test_charts_and_tables_say_what_they_show(app_url, page, view):
    page.goto(f"{app_url}/{view}")
    settled(page)
    for kind, role in (("stPlotlyChart", "figure"), ("stDataFrame", "region")):
        for shown in page.get_by_test_id(kind).all():
            named = shown.locator(f"xpath=ancestor-or-self::*[@role='{role}']").or_(shown.get_by_role(role))
            assert named.first.get_attribute("aria-label"), kind


def test_a_keyboard_is_enough_to_ask_and_to_read_the_answer(app_url, page):
    page.goto(f"{app_url}/explore{PAIR}")
    settled(page)
    time = page.get_by_test_id("stMetric").filter(has_text="Predicted time").get_by_test_id("stMetricValue")
    before = time.inner_text()
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('role') || document.activeElement.type") in (
            "slider",
            "range",
        ):
            break
    else:
        pytest.fail("40 steps of the Tab key reach no slider")
    page.keyboard.press("ArrowLeft")
    expect(time).not_to_have_text(before)


def test_the_first_steps_are_put_away_and_the_address_remembers_it(app_url, page, browser):
    page.goto(f"{app_url}/")
    settled(page)
    expect(page.get_by_text("Move a slider")).to_be_visible()
    page.get_by_role("button", name="Got it").click()
    expect(page.get_by_text("Move a slider")).to_be_hidden()
    page.wait_for_url("**guide=false**")
    page.reload()
    settled(page)
    expect(page.get_by_text("Move a slider")).to_be_hidden()
    page.get_by_text("First steps").click()
    expect(page.get_by_text("Move a slider")).to_be_visible()
    page.get_by_role("link", name="See how far off").click()
    expect(page.get_by_role("heading", name="Compare", level=1)).to_be_visible()
