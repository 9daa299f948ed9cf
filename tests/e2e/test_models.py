"""Models, in a real browser: fit, promote, roll back, archive, purge."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from store import open_store
from tests.e2e.helpers import confirm, select_row
from tests.e2e.sites import APPLICATION

PAPER = "models?cluster=paper-2020&application=resnet50"


@pytest.fixture(scope="module")
def registry(own_home):
    return open_store(own_home).registry


@pytest.mark.thorough
def test_a_version_shows_where_it_comes_from_and_that_it_is_intact(own_url, page, registry):
    page.goto(f"{own_url}/{PAPER}")
    expect(page.get_by_role("heading", name="Version 1")).to_be_visible()
    for badge in ("champion", "Intact", "Same libraries"):
        expect(page.locator("p", has_text=badge).first).to_be_visible()
    expect(page.get_by_text("Reconstructed runs: 1,260")).to_be_visible()
    page.get_by_text("Trained on 1,260 runs").click()
    expect(page.get_by_role("button", name="Download the training runs")).to_be_visible()
    expect(page.get_by_text("The first 100 of 1,260")).to_be_visible()


def test_fit_promote_roll_back_archive_and_purge(own_site, page):
    registry, name = own_site.store.registry, f"{APPLICATION}@{own_site.cluster}/baseline"
    champion, newest = registry.get(name).version, registry.get(name, "latest").version
    new = newest + 1
    page.goto(own_site.address("models?models_view=Fit"))
    for scenario in ("Scenario 4-2", "Scenario 5"):
        page.get_by_role("button", name=scenario, exact=True).click()
    for technique in ("lasso", "random forest"):
        page.get_by_role("button", name=technique, exact=True).click()
    page.get_by_role("button", name="Fit", exact=True).click()
    expect(page.get_by_text("The fit has ended.")).to_be_visible(timeout=120_000)
    expect(page.get_by_text(f"Scenario baseline: version {new}")).to_be_visible()
    assert registry.get(name).version == champion, "a new version does not answer by itself"

    page.get_by_role("tab", name="Versions").click()
    select_row(page, 0)
    expect(page.get_by_role("heading", name=f"Version {new}")).to_be_visible()
    page.get_by_role("button", name="Promote").click()
    confirm(page, "Promote")
    expect(page.get_by_text(f"champion is now version {new}.")).to_be_visible()
    assert registry.get(name).version == new

    page.get_by_role("tab", name="Compare").click()
    expect(page.get_by_role("region", name=f"What differs between versions {newest} and {new}")).to_be_visible()
    page.get_by_role("tab", name="Metrics").click()
    expect(page.get_by_role("figure", name="Accuracy (%) over versions")).to_be_visible()

    page.get_by_role("tab", name="Aliases").click()
    page.get_by_role("button", name="Roll back").click()
    confirm(page, "Roll back")
    expect(page.get_by_text(f"champion is version {champion} again.")).to_be_visible()
    assert registry.get(name).version == champion

    page.goto(own_site.address("models"))
    expect(page.get_by_role("heading", name=f"Version {champion}")).to_be_visible()
    select_row(page, 0)
    expect(page.get_by_role("heading", name=f"Version {new}")).to_be_visible()
    page.get_by_role("button", name="Archive").click()
    confirm(page, "Archive")
    expect(page.get_by_text(f"Version {new} is archived.")).to_be_visible()
    page.get_by_role("button", name="Purge").click()
    confirm(page, "Purge for good")
    expect(page.get_by_text(f"Version {new} is purged:")).to_be_visible()
    assert registry.get(name, new).purged_at is not None


@pytest.mark.thorough
def test_damage_is_found_and_said(own_url, page, registry, own_home):
    digest = registry.get("resnet50@paper-2020/5").artefact_sha256
    artefact = own_home / "artifacts" / digest[:2] / digest
    content = artefact.read_bytes()
    artefact.write_bytes(content + b"x")
    page.goto(f"{own_url}/{PAPER}&model=Scenario+5")
    expect(page.get_by_text("Do not use this version, fit it again:")).to_be_visible()
    page.get_by_role("tab", name="Check").click()
    page.get_by_role("button", name="Check every model").click()
    expect(page.get_by_text("was changed: its SHA-256 is not the registered one").first).to_be_visible()
    artefact.write_bytes(content)
    page.get_by_role("button", name="Check every model").click()
    expect(page.get_by_text("all intact.")).to_be_visible()


def test_without_models_the_next_step_is_there(own_url, page):
    page.goto(f"{own_url}/models?cluster=paper-2020&application=xception")
    expect(page.get_by_text("Nothing was fitted yet for this application and cluster.")).to_be_visible()
    expect(page.get_by_role("button", name="Fit", exact=True)).to_be_visible()


def test_a_narrow_screen_does_not_scroll_sideways(own_url, page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{own_url}/{PAPER}")
    expect(page.get_by_role("heading", name="Version 1")).to_be_visible()
    scroll, client = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert scroll <= client
