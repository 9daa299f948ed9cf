"""Runs, in a real browser: look, select, download, upload good and bad files, take one back."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from store import open_store
from tests.e2e.helpers import confirm, find, select_row

PAPER = "runs?cluster=paper-2020&application=resnet50"
LOG = Path(__file__).parents[1] / "store/data/eventlogs/nvidia/eventlog_3nodes_12cores_multiple_executors"


@pytest.fixture(scope="module")
def store(own_home):
    return open_store(own_home)


def upload(page: Page, name: str, content: bytes) -> None:
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "text/plain", "buffer": content})


def table(*rows: str) -> bytes:
    head = "app,cluster,executors,cores,memory,SR,duration_ms,campaign"
    return "\n".join([head, *rows]).encode()


def test_the_list_is_filtered_sorted_and_downloaded(own_url, page):
    page.goto(f"{own_url}/{PAPER}")
    expect(page.get_by_text("1,260 runs: 1,260 ok")).to_be_visible()
    expect(page.get_by_text("Reconstructed runs: 1,260")).to_be_visible()
    expect(page.get_by_test_id("stPagination")).to_be_visible()
    find(page, "no such run")
    expect(page.get_by_text("No run passes.")).to_be_visible()
    find(page, "")
    expect(page.get_by_text("1,260 runs: 1,260 ok")).to_be_visible()
    page.get_by_test_id("stDataFrame").first.hover()
    expect(page.get_by_role("button", name="Search").first).to_be_visible()
    expect(page.get_by_role("button", name="Download as CSV")).to_have_count(0)  # it would keep formulas
    select_row(page, 0)
    expect(page.get_by_role("heading", name="One run")).to_be_visible()
    expect(page.get_by_text("This run was rebuilt from a published table")).to_be_visible()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download all 1,260 runs").click()
    rows = list(csv.DictReader(io.StringIO(waiting.value.path().read_text(encoding="utf-8"))))
    assert len(rows) == 1260
    assert {row["application"] for row in rows} == {"resnet50"}


@pytest.mark.thorough
def test_a_link_shows_one_run_with_its_stages_and_tasks(own_url, page, store):
    runs = store.runs.load(origin="measured", application="resnet50")
    run = runs.sort_values("input_images").iloc[-1]
    page.goto(f"{own_url}/runs?cluster={run['cluster']}&application=resnet50&find={run['run_id']}")
    expect(page.get_by_role("heading", name="One run")).to_be_visible()
    tasks = len(store.runs.tasks(run["run_id"]))
    expect(page.get_by_role("figure", name=re.compile(f"Timeline of {tasks} task attempts?, in"))).to_be_visible()
    expect(page.get_by_text("Measured runs: 1")).to_be_visible()


@pytest.mark.thorough
def test_effects_are_small_multiples_beside_what_was_published(own_url, page):
    page.goto(f"{own_url}/{PAPER}&runs_view=Effects")
    for title in ("Share of the data set (%)", "Executors"):
        expect(page.get_by_role("figure", name=f"Scaled time by {title}")).to_be_visible()
    expect(page.get_by_text("Executors, table 5b")).to_be_visible()
    page.get_by_text("Task time", exact=True).click()
    expect(page.get_by_text("has task records. Upload its event logs")).to_be_visible()


def test_a_good_file_is_previewed_stored_and_taken_back(own_site, page):
    store = own_site.store
    page.goto(own_site.address("runs?runs_view=Upload"))
    upload(page, "good **runs**.csv", table("vgg,lab,1,2,8g,10,5000,=1+1", "vgg,lab,2,2,8g,10,3000,b"))
    expect(page.get_by_text("good **runs**.csv: CSV, 2 rows, 2 good. Nothing is stored yet.")).to_be_visible()
    assert store.runs.load(application="vgg").empty
    page.get_by_role("button", name="Import 2 rows").click()
    expect(page.get_by_text("good **runs**.csv: 2 runs added.")).to_be_visible()
    assert sorted(store.runs.load(application="vgg")["completion_time_s"]) == [3.0, 5.0]
    page.get_by_role("tab", name="Uploads").click()
    select_row(page, 0)
    page.get_by_role("button", name="Undo this upload").click()
    confirm(page, "Undo")
    expect(page.get_by_text("good **runs**.csv was undone: 2 runs removed.")).to_be_visible()
    assert store.runs.load(application="vgg").empty


def test_a_bad_file_says_what_is_wrong_where_and_its_good_rows_can_be_kept(own_site, page):
    page.goto(own_site.address("runs?runs_view=Upload"))
    content = b"app,executors,cores,memory,SR,wall clock\nvgg,1,2,8g,10,50\nvgg,0,2,8g,10,30\n"
    upload(page, "bad.csv", content)
    expect(page.get_by_text("bad.csv: CSV, 2 rows, 0 good, 2 bad")).to_be_visible()
    expect(page.get_by_text("There is no row to import yet.")).to_be_visible()
    box = page.get_by_role("combobox", name="wall clock")
    box.fill("completion_time_s")
    box.press("Enter")
    field = page.get_by_label("Cluster (needed)", exact=True)
    field.fill("lab")
    field.press("Enter")
    page.get_by_role("button", name="Import 1 good row, leave out 1").click()
    expect(page.get_by_text("bad.csv: 1 run added, 1 row left out.")).to_be_visible()
    [run] = own_site.store.runs.load(application="vgg").to_dict(orient="records")
    assert (run["cluster"], run["num_executors"], run["completion_time_s"]) == ("lab", 1, 50.0)


def test_what_is_no_run_log_is_refused_in_words(own_url, page):
    page.goto(f"{own_url}/{PAPER}&runs_view=Upload")
    upload(page, "model.pkl", b"\x80\x04\x95abc")
    expect(page.get_by_text("model.pkl is a Python pickle")).to_be_visible()


@pytest.mark.thorough
def test_an_event_log_asks_for_what_it_cannot_know(own_url, page, store):
    page.goto(f"{own_url}/{PAPER}&runs_view=Upload")
    upload(page, LOG.name, LOG.read_bytes())
    expect(page.get_by_text("1 Spark event log, 1 with a run in it")).to_be_visible()
    page.get_by_role("button", name="Import 1 run").click()
    expect(page.get_by_text("Say also: the share of the data set, or both numbers of images.")).to_be_visible()
    page.get_by_label("Share of the data set (%)", exact=True).fill("10")
    page.get_by_label("Images a partition", exact=True).fill("25")
    page.get_by_role("button", name="Import 1 run").click()
    expect(page.get_by_text(f"{LOG.name}: 1 run added.")).to_be_visible()
    run = store.runs.load(origin="uploaded", application="resnet50").iloc[0]
    assert (run["sampling_rate_pct"], run["images_per_partition"]) == (10.0, 25)
    assert pd.notna(run["spark_version"])


def test_a_narrow_screen_does_not_scroll_sideways(own_url, page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{own_url}/{PAPER}")
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()
    scroll, client = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert scroll <= client
