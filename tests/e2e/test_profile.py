"""A real campaign from the page: planned, started, seen again after a reload and a restart, stopped, gone on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from runner.background import launch
from runner.clusters.class_archive import ClassArchive
from tests.e2e.helpers import serving
from tests.e2e.sites import Site
from tests.runner.helpers import processes_of, wait_until

PLAN = (
    "profile?plan_application=tiny_cnn&plan_kind=Every+combination&plan_synthetic=20&plan_executors=1"
    "&plan_total_cores=1&plan_partition=10&plan_rates=50%2C100&plan_repeats=20"
)


@pytest.fixture
def own_site(own_site: Site, class_archive: ClassArchive | None) -> Iterator[Site]:
    """No campaign on it outlives the test."""
    yield own_site
    launch.stop(own_site.home)
    wait_until(lambda: not processes_of_campaign(own_site.home), "the end of the campaign")


def processes_of_campaign(home: Path) -> list[str]:
    """All that know of the home but the app."""
    return [line for line in processes_of(home) if "streamlit" not in line]


def metric(page: Page, label: str):
    return page.get_by_test_id("stMetric").filter(has_text=label).get_by_test_id("stMetricValue")


def state(page: Page, name: str) -> Locator:
    """The badge of the campaign that was started last."""
    return page.get_by_text(re.compile(f"{name}$")).first


@pytest.mark.thorough
def test_a_campaign_from_plan_to_stop(own_site: Site, page: Page) -> None:
    with serving(own_site.home) as first_url:
        page.goto(f"{first_url}/{PLAN}")
        expect(metric(page, "Runs to do")).to_have_text("40")
        expect(page.get_by_text("--application=tiny_cnn --executors=1 --total-cores=1")).to_be_visible()
        page.get_by_role("button", name="Start here").click()
        expect(state(page, "Running")).to_be_visible()
        expect(page.get_by_text(re.compile(r"[1-9]\d* of 40 runs"))).to_be_visible(timeout=180_000)
        page.reload()
        expect(state(page, "Running")).to_be_visible()
        page.goto("about:blank")
    started = launch.last(own_site.home)
    assert started.is_running, "the end of the app must not be the end of the campaign"
    page.goto(f"{own_site.url}/profile")  # another process of the app
    expect(page.get_by_text(re.compile(r"[1-9]\d* of 40 runs"))).to_be_visible()
    expect(page.get_by_role("button", name="Start here")).to_be_disabled()
    page.locator(".st-key-stop").get_by_role("button").click()
    expect(state(page, "Stopped")).to_be_visible(timeout=90_000)
    assert not started.is_running
    wait_until(lambda: not processes_of_campaign(own_site.home), "the end of its processes")
    expect(page.get_by_role("button", name="Go on")).to_be_visible()


def test_the_fewest_runs_say_what_they_are_for(own_url: str, page: Page) -> None:
    page.goto(f"{own_url}/profile?plan_application=resnet50")
    expect(page.get_by_text("the law of scenario 5")).to_be_visible()
    expect(page.get_by_text("--fewest")).to_be_visible()


def test_a_value_that_is_none_is_refused_in_words(own_url: str, page: Page) -> None:
    page.goto(f"{own_url}/profile?plan_memory=1")
    expect(page.get_by_text("'1' is not a memory size")).to_be_visible()
    expect(page.get_by_role("button", name="Start here")).to_have_count(0)


def test_a_cluster_of_ones_own_gets_a_command(own_url: str, page: Page) -> None:
    page.goto(f"{own_url}/profile?plan_where=A+cluster+of+mine&plan_master=spark%3A%2F%2Fhead%3A7077")
    expect(page.get_by_text("--master=spark://head:7077")).to_be_visible()
    expect(page.get_by_role("button", name="Start here")).to_have_count(0)
