from __future__ import annotations

import re

import pandas as pd
import pytest
from playwright.sync_api import Page, Route, expect

from pages.ui.shared import formats
from perfmodel.answers.cost import EXAMPLE_PRICE, Price
from perfmodel.answers.prediction import answer, best_scenario, question
from tests.e2e.helpers import drag, select_row

PAPER = "?cluster=paper-2020&application=resnet50"


@pytest.fixture(scope="module")
def models(fresh_site):
    return fresh_site.champions


def expected(champions, asked: pd.DataFrame, price: Price = EXAMPLE_PRICE) -> pd.Series:
    models = {name: champion.model for name, champion in champions.items()}
    return answer(models[best_scenario(models, asked)], asked, price).iloc[0]


def metric(page: Page, label: str):
    return page.get_by_test_id("stMetric").filter(has_text=label).get_by_test_id("stMetricValue")


def shows(page: Page, row: pd.Series, currency: str = "USD") -> None:
    expect(metric(page, "Predicted time")).to_have_text(formats.time_text(row["predicted_s"]))
    expect(metric(page, f"Cost ({currency})")).to_have_text(formats.amount_text(row["cost"]))
    expect(metric(page, "Core-hours")).to_have_text(formats.number_text(row["core_hours"]))
    expect(page.get_by_text(f"Exactly {row['predicted_s']:,.1f} s")).to_be_visible()


def test_first_screen_of_the_app_shows_a_prediction(app_url, page):
    page.goto(app_url)
    expect(metric(page, "Predicted time")).to_have_text(re.compile(r"\d+ (d|h|min|s)\b"))


def test_the_screen_shows_what_the_model_predicts(app_url, page, models):
    page.goto(f"{app_url}/{PAPER}")
    shows(page, expected(models, question(3, 8, 14, 100)))
    expect(page.get_by_text("Reconstructed runs: 1,260")).to_be_visible()


def test_a_slider_changes_the_numbers_and_the_url_reproduces_the_screen(site, page, browser):
    executors, *rest = site.largest
    page.goto(site.address("explore"))
    shows(page, expected(site.champions, question(executors, *rest, 100)))
    fewer = drag(page, "Executors", 0.2)
    assert 1 < fewer < executors
    shows(page, expected(site.champions, question(fewer, *rest, 100)))
    expect(page).to_have_url(re.compile(rf"[?&]executors={fewer}\b"))
    other = browser.new_context().new_page()
    other.goto(page.url)
    shows(other, expected(site.champions, question(fewer, *rest, 100)))
    other.context.close()


@pytest.mark.thorough
def test_a_number_can_be_typed_as_well_as_dragged(app_url, page, models):
    page.goto(f"{app_url}/{PAPER}")
    shows(page, expected(models, question(3, 8, 14, 100)))
    field = page.get_by_role("spinbutton", name="Executors, typed")
    field.fill("2")
    field.press("Enter")
    shows(page, expected(models, question(2, 8, 14, 100)))
    expect(page).to_have_url(re.compile(r"[?&]executors=2\b"))
    page.get_by_role("group", name="Executors").get_by_role("slider").press("ArrowLeft")
    shows(page, expected(models, question(1, 8, 14, 100)))
    expect(field).to_have_value("1")


@pytest.mark.thorough
def test_a_pinned_baseline_shows_the_difference_and_the_link_reproduces_it(app_url, page, models, browser):
    page.goto(f"{app_url}/{PAPER}")
    base = expected(models, question(3, 8, 14, 100))
    shows(page, base)
    page.get_by_role("button", name="Pin as baseline").click()
    expect(page.get_by_label("Baseline", exact=True)).to_have_value(re.compile(r"3 x 8, 14 GiB, .*100 %"))
    page.get_by_role("group", name="Executors").get_by_role("slider").press("ArrowLeft")
    now = expected(models, question(2, 8, 14, 100))
    difference = formats.time_text(now["predicted_s"] - base["predicted_s"])
    delta = page.get_by_test_id("stMetric").filter(has_text="Predicted time").get_by_test_id("stMetricDelta")
    expect(delta).to_contain_text(difference)
    page.get_by_role("button", name="Link").click()
    address = page.get_by_test_id("stCode").filter(has_text="executors=2").inner_text().strip()
    other = browser.new_context().new_page()
    other.goto(address)
    shows(other, now)
    other_delta = other.get_by_test_id("stMetric").filter(has_text="Predicted time").get_by_test_id("stMetricDelta")
    expect(other_delta).to_contain_text(difference)
    other.context.close()


def test_the_heat_map_and_the_cost_are_a_click_away(app_url, page):
    page.goto(f"{app_url}/{PAPER}&executors=2")
    for choice, said in (("Cost", "Cost against executors"), ("Executors x cores", "with lines of equal cost")):
        page.get_by_text(choice, exact=True).first.click()
        expect(page.get_by_role("figure", name=re.compile(said))).to_be_visible()
    expect(page).to_have_url(re.compile("chart=Executors"))


def test_a_slider_moved_before_the_fields_have_loaded_moves_nothing_else(app_url, page, models):
    late: list[Route] = []
    page.route(re.compile(r"/NumberInput\."), lambda route: late.append(route))
    page.goto(f"{app_url}/{PAPER}&cores=4")
    shows(page, expected(models, question(3, 4, 14, 100)))
    executors = page.get_by_role("group", name="Executors").get_by_role("slider")
    executors.press("ArrowLeft")
    shows(page, expected(models, question(2, 4, 14, 100)))
    assert late
    for route in late:
        route.continue_()
    expect(page.get_by_role("spinbutton", name="Share of the data set (%), typed")).to_have_value("100")
    executors.press("ArrowLeft")
    shows(page, expected(models, question(1, 4, 14, 100)))


@pytest.mark.thorough
def test_the_history_stays_open_and_leads_back(app_url, page, models):
    page.goto(f"{app_url}/{PAPER}")
    shows(page, expected(models, question(3, 8, 14, 100)))
    page.get_by_text("What-ifs of this session").click()
    expect(page.get_by_role("region", name="1 what-if of this session")).to_be_visible()
    page.get_by_role("group", name="Executors").get_by_role("slider").press("ArrowLeft")
    shows(page, expected(models, question(2, 8, 14, 100)))
    select_row(page, 1, page.get_by_role("region", name="2 what-ifs of this session"))
    page.get_by_role("button", name="Go back to it").click()
    shows(page, expected(models, question(3, 8, 14, 100)))
    expect(page.get_by_role("region", name="3 what-ifs of this session")).to_be_visible()


@pytest.mark.thorough
def test_why_it_takes_so_long_and_how_much_memory_is_safe(app_url, page):
    page.goto(f"{app_url}/{PAPER}")
    expect(page.get_by_text(re.compile("work on the images, shared by all cores"))).to_be_visible()
    expect(page.get_by_text(re.compile("No run that really ran shows how much memory"))).to_be_visible()
    expect(page.get_by_text(re.compile("Prefer scenario"))).to_be_visible()


@pytest.mark.thorough
def test_leaving_the_profiled_range_is_said(app_url, page, models):
    page.goto(f"{app_url}/{PAPER}&executors=5")
    shows(page, expected(models, question(5, 8, 14, 100)))
    expect(page.get_by_text("Outside the profiled range, so")).to_be_visible()
    expect(page.get_by_text("Executors: profiled at 1 to 3")).to_be_visible()


@pytest.mark.thorough
def test_more_than_the_whole_data_set_is_allowed_and_flagged(app_url, page, models):
    page.goto(f"{app_url}/{PAPER}&rate=150")
    shows(page, expected(models, question(3, 8, 14, 150)))
    expect(page.get_by_text("Beyond the data set: 1.5 times")).to_be_visible()
    expect(page.get_by_text("share of the data set (%): profiled at").first).to_be_visible()


@pytest.mark.thorough
def test_the_data_size_can_be_given_in_images_and_the_price_edited(app_url, page, models):
    page.goto(f"{app_url}/{PAPER}&size_by=Images&images=20000&core_price=1&gib_price=0&currency=EUR")
    shows(page, expected(models, question(3, 8, 14, 10), Price(1, 0, "EUR")), "EUR")
    expect(page.get_by_text("Baseline answers for the whole data set only")).to_be_visible()


@pytest.mark.thorough
def test_values_out_of_range_in_the_url_fall_back_to_the_default(app_url, page, models):
    page.goto(f"{app_url}/{PAPER}&executors=-7&cores=lots&scenario=none")
    shows(page, expected(models, question(3, 8, 14, 100)))


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("cluster", "images", "slider"),
    [
        ("local-2core-epyc", "synthetic-400-seed0", "Images a partition"),
        ("local-2core-xeon", "cifar-like-10000-2000-seed0", "Images a step"),
    ],
)
def test_measured_clusters_say_what_was_measured(app_url, page, cluster, images, slider):
    page.goto(f"{app_url}/?cluster={cluster}")
    expect(page.get_by_text("Measured runs:")).to_be_visible()
    expect(page.get_by_text(f"The images were generated: {images}.")).to_be_visible()
    expect(metric(page, "Predicted time")).to_be_visible()
    expect(page.get_by_role("slider", name=slider)).to_be_visible()


@pytest.mark.parametrize("width", [320, pytest.param(390, marks=pytest.mark.thorough)])
def test_a_narrow_screen_does_not_scroll_sideways(app_url, page, width):
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"{app_url}/{PAPER}")
    expect(metric(page, "Predicted time")).to_be_visible()
    scroll, client = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert scroll <= client
