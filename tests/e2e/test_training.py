"""The Training page of a fresh home: from a cluster without trainings to the measured ones."""

from __future__ import annotations

from playwright.sync_api import Page, expect

GENERATED = "The images were generated: cifar-like-10000-2000-seed0."


def test_a_fresh_home_has_trainings_layers_and_trials(app_url: str, page: Page) -> None:
    page.goto(f"{app_url}/training?cluster=local-2core-epyc")
    page.get_by_role("button", name="Trainings on local-2core-xeon").click()
    expect(page.get_by_text("Accuracy of")).to_be_visible()
    expect(page.get_by_role("tabpanel", name="Arms").get_by_text(GENERATED)).to_be_visible()
    page.get_by_role("tab", name="Layers").click()
    expect(page.get_by_text("2,000 generated images an iteration on local-2core-xeon")).to_be_visible()
    page.get_by_role("tab", name="Trials").click()
    expect(page.get_by_text("12 trials; the best")).to_be_visible()
    expect(page.get_by_role("tabpanel", name="Trials").get_by_text(GENERATED)).to_be_visible()
