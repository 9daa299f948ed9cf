"""The Recommend page by itself."""

from __future__ import annotations

from tests.pages.apps import app_on


def test_what_is_to_be_replaced_in_json_stands_beside_it(demo_home, monkeypatch):
    page = app_on(demo_home, monkeypatch, "pages/recommend.py", ("resnet50", "paper-2020"))
    page.session_state["format"] = "databricks"
    page.run()
    assert not page.exception
    [info] = page.info
    assert info.value.startswith(
        "Put a Databricks Runtime version in place of SPARK_VERSION. Put an instance type in place of NODE_TYPE."
    )
    page.selectbox(key="format").set_value("emr").run()
    assert not page.info


def test_whole_machines_need_one(demo_home, monkeypatch):
    page = app_on(demo_home, monkeypatch, "pages/recommend.py", ("resnet50", "paper-2020"))
    page.session_state["paid"] = "Whole machines"
    page.session_state["machines"] = []
    page.run()
    [error] = page.error
    assert "No machine is chosen to pack executors on" in error.value
