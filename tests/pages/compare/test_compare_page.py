"""The Compare page by itself, view by view."""

from __future__ import annotations

from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

PAGE = str(Path(__file__).parents[3] / "pages" / "compare.py")


@pytest.fixture(scope="module")
def page(demo_home):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARKCAST_HOME", str(demo_home))
        st.cache_resource.clear()  # another test's store
        st.cache_data.clear()
        page = AppTest.from_file(PAGE, default_timeout=60)
        page.session_state["application"], page.session_state["cluster"] = "resnet50", "paper-2020"
        page.session_state["compared"] = "4-2"
        yield page.run()


@pytest.mark.parametrize(
    ("view", "charts"),
    [
        ("Accuracy and time", 2),
        ("Predicted and actual", 1),
        ("Residuals", 1),
        ("Intervals", 1),
        ("Fitted curves", 4),
        ("Versions", 1),
        ("Techniques", 0),  # until somebody asks for it
    ],
)
def test_each_view_draws_its_charts(page, view, charts):
    page.session_state["view"] = view
    page.run()
    assert not page.exception
    assert not page.error
    assert len(page.get("plotly_chart")) == charts


def test_what_is_not_fitted_is_offered(page):
    page.session_state["view"] = "Accuracy and time"
    page.run()
    assert page.info[0].value.startswith("Not fitted yet: 1, 2, 3-1")
    assert page.button(key="fit_missing")
