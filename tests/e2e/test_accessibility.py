"""Each page for those who do not see it or hold no mouse: axe-core, the keyboard, what stands for a chart."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.helpers import settled

# The screen with most kinds of parts; then the others.
FIRST = "explore"
OTHERS = [
    "recommend?deadline=4%20h",
    "explore?chart=Executors%20x%20cores&executors=5&guide=false",
    "compare",
    "compare?view=Residuals",
    "runs",
    "runs?runs_view=Effects",
    "profile",
    "models",
    "training",
]
DRAWN = "[data-testid=stPlotlyChart], [data-testid=stDataFrame]"
NAME = "one.ariaLabel || one.querySelector('[role=region][aria-label]')"
BACKGROUND = "getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"


def serious(page: Page) -> list[str]:
    """What axe-core finds serious or critical; nothing is left out."""
    return [
        f"{rule['id']}: {' '.join(node['target'])}: {node['html'][:200]}"
        for rule in Axe().run(page).response["violations"]
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


def silent(page: Page) -> list[str]:
    """Charts and tables that have no name for those who do not see them."""
    return page.evaluate(
        f"[...document.querySelectorAll('{DRAWN}')].filter(one => !({NAME})).map(one => one.innerHTML)"
    )


@pytest.mark.parametrize("view", [FIRST, *(pytest.param(view, marks=pytest.mark.thorough) for view in OTHERS)])
def test_a_page_is_open_to_everybody_in_light_and_in_dark(site, page, view):
    page.emulate_media(color_scheme="light")
    page.goto(site.address(view))
    settled(page)
    assert serious(page) == []
    assert silent(page) == []
    light = page.evaluate(BACKGROUND)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"{BACKGROUND} != '{light}'")
    settled(page)
    assert serious(page) == []


def test_a_keyboard_is_enough_to_ask_and_to_read_the_answer(fresh_site, page):
    page.goto(fresh_site.address("explore"))
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


@pytest.mark.thorough
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
