"""The Recommend page by itself."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.testing.v1 import AppTest

PAGE = str(Path(__file__).parents[3] / "pages" / "recommend.py")


def test_what_is_to_be_replaced_in_json_stands_beside_it(demo_home, monkeypatch):
    monkeypatch.setenv("SPARKCAST_HOME", str(demo_home))
    st.cache_resource.clear()  # another test's store
    st.cache_data.clear()
    page = AppTest.from_file(PAGE, default_timeout=60)
    page.session_state["application"], page.session_state["cluster"] = "resnet50", "paper-2020"
    page.session_state["format"] = "databricks"
    page.run()
    assert not page.exception
    assert [one.value for one in page.info] == [
        "Put a Databricks Runtime version in place of SPARK_VERSION. Put an instance type in place of NODE_TYPE."
    ]
    page.selectbox(key="format").set_value("emr").run()
    assert not page.info
