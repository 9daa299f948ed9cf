"""Recommend, in a real browser, against the same search in Python."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Page, expect

from pages.ui.shared import formats
from perfmodel.answers.cost import EXAMPLE_PRICE
from perfmodel.recommendation.advice import Request, advise
from perfmodel.recommendation.exports import FORMATS
from perfmodel.recommendation.search import PYTHON_WORKER_GB, Goal, Space
from tests.e2e.helpers import select_row, settled
from tests.e2e.sites import APPLICATION, Site
from tests.store.eventlogs.helpers import added, application, ended, job, lines, start, task

PAPER = "recommend?cluster=paper-2020&application=resnet50"


def found(site: Site, goal: Goal):
    executors, cores, memory = site.largest
    space = Space(range(1, 2 * executors + 1), range(1, cores + 1), [memory], python_gb_per_core=PYTHON_WORKER_GB)
    request = Request(APPLICATION, site.cluster, 100.0, space, goal, EXAMPLE_PRICE)
    return advise(site.champions, request).recommendation


def metric(page: Page, label: str):
    return page.get_by_test_id("stMetric").filter(has_text=label).get_by_test_id("stMetricValue")


def shows(page: Page, row) -> None:
    expect(metric(page, "Time to count on")).to_have_text(formats.time_text(row["safe_s"]))
    expect(metric(page, "Cost (USD)")).to_have_text(formats.amount_text(row["safe_cost"]))
    expect(metric(page, "Executors x cores")).to_have_text(f"{row['num_executors']:.0f} x {row['executor_cores']:.0f}")


@pytest.mark.thorough
def test_without_a_goal_the_cheapest_is_shown_and_the_fastest_is_a_click_away(app_url, page, fresh_site):
    page.goto(f"{app_url}/{PAPER}")
    shows(page, found(fresh_site, Goal()).cheapest)
    page.get_by_text("Fastest in budget", exact=True).click()
    shows(page, found(fresh_site, Goal()).fastest)


def test_a_deadline_and_being_sure_change_the_answer(app_url, page, fresh_site):
    page.goto(f"{app_url}/{PAPER}&deadline=3+h&sure=95")
    shows(page, found(fresh_site, Goal(3 * 3600, None, 0.95)).cheapest)


def test_what_cannot_be_kept_is_said_with_what_would(app_url, page, fresh_site):
    page.goto(f"{app_url}/{PAPER}&deadline=1+min")
    expect(page.get_by_text(re.compile("No configuration is that fast: the fastest takes"))).to_be_visible()
    shows(page, found(fresh_site, Goal(60)).nearest)


def test_a_deadline_that_is_no_time_is_refused_in_words(app_url, page):
    page.goto(f"{app_url}/{PAPER}&deadline=soon")
    expect(page.get_by_text("'soon' is no time; write it like")).to_be_visible()


def test_a_configuration_is_picked_from_the_front_and_exported(app_url, page, fresh_site):
    page.goto(f"{app_url}/{PAPER}")
    front = found(fresh_site, Goal()).front
    shows(page, found(fresh_site, Goal()).cheapest)
    page.get_by_text("As a table").first.click()
    select_row(page, 1, page.get_by_role("region", name="Configurations that no other"))
    shows(page, front.iloc[1])
    executors, cores = int(front.iloc[1]["num_executors"]), int(front.iloc[1]["executor_cores"])
    expect(page.get_by_text(f"spark.executor.instances {executors}")).to_be_visible()
    expect(page.get_by_text(f"spark.executor.cores {cores}")).to_be_visible()
    page.get_by_text("Cheapest in time", exact=True).click()
    shows(page, found(fresh_site, Goal()).cheapest)
    steps = page.get_by_role("figure", name=re.compile("Cost against time of")).locator(".scatterlayer .trace").first
    settled(page)  # the chart is drawn again
    box = steps.locator(".point").nth(2).bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.locator(".hoverlayer .hovertext").first.wait_for()  # Plotly takes clicks on what it hovers over
    page.mouse.down()
    page.mouse.up()
    shows(page, front.iloc[2])


@pytest.mark.thorough
def test_every_export_can_be_downloaded(site, page):
    page.goto(site.address("recommend"))
    shows(page, found(site, Goal()).cheapest)
    for form in FORMATS.values():
        formats_box = page.get_by_role("combobox", name="Format")
        formats_box.fill(form.title)
        formats_box.press("Enter")
        with page.expect_download() as waiting:
            page.get_by_role("button", name=f"Download {form.filename}").click()
        text = waiting.value.path().read_text(encoding="utf-8")
        assert waiting.value.suggested_filename == form.filename
        assert f"{APPLICATION}@{site.cluster}/" in text
        assert form.mime != "application/json" or json.loads(text)


@pytest.mark.thorough
def test_machines_from_the_price_table_are_packed_and_compared(own_url, page):
    page.goto(f"{own_url}/{PAPER}&paid=Whole+machines")
    expect(page.get_by_text(re.compile(r"Packed on \d+ machines? of example-\d+x\d+"))).to_be_visible()
    page.get_by_text("Machines and their prices").click()
    page.get_by_role("button", name="Keep these prices").click()
    expect(page.get_by_text("Prices kept")).to_be_visible()


@pytest.mark.thorough
def test_the_log_of_an_exported_run_shows_predicted_against_actual(own_url, page):
    page.goto(f"{own_url}/{PAPER}")
    expect(page.get_by_text("No run with an exported configuration has come back yet")).to_be_visible()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download spark-defaults.conf").click()
    exported = waiting.value.path().read_text(encoding="utf-8").splitlines()
    properties = dict(line.split(" ", 1) for line in exported if not line.startswith("#"))
    environment = {"Event": "SparkListenerEnvironmentUpdate", "Spark Properties": properties}
    executors, cores = (int(properties[f"spark.executor.{name}"]) for name in ("instances", "cores"))
    came = [added(str(name), 2_000, cores) for name in range(executors)]
    events = [start(), environment, application(), *came, *job(0, 3_000, 7_500), task(0, "0"), ended(8_000)]
    log = {"name": "app-1", "mimeType": "text/plain", "buffer": lines(*events)}
    page.locator("input[type=file]").set_input_files(log)
    page.get_by_role("button", name="Import 1 run").click()
    expect(page.get_by_text("0 of 1 runs ended inside the interval that was predicted for them")).to_be_visible()
