"""The Compare page by itself, view by view."""

from __future__ import annotations

import pytest

from pages.ui.models.fits import Fits
from tests.pages.apps import app_on
from tests.perfmodel.catalog.small import PAIR, law, undone_after_fit


@pytest.fixture(scope="module")
def page(demo_home):
    with pytest.MonkeyPatch.context() as patch:
        page = app_on(demo_home, patch, "pages/compare.py", ("resnet50", "paper-2020"))
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


def test_what_is_missing_is_fitted_beside_the_app(page, monkeypatch):
    started = []
    monkeypatch.setattr(Fits, "start", lambda _, *asked: started.append(asked))
    page.session_state["view"] = "Accuracy and time"
    page.run()
    page.button(key="fit_missing").click().run()
    assert not page.exception
    [(application, cluster, scenarios, _)] = started
    assert (application, cluster) == ("resnet50", "paper-2020")
    assert f"Not fitted yet: {', '.join(scenarios)}." == page.info[0].value


@pytest.mark.parametrize("view", ["Residuals", "Fitted curves"])
def test_a_model_whose_runs_are_gone_says_so(tmp_path, monkeypatch, view):
    runs = law()
    store = undone_after_fit(tmp_path, runs)
    others = {"completion_time_s": 2 * runs["completion_time_s"], "application": PAIR[0], "cluster": PAIR[1]}
    store.runs.add(runs.assign(**others, origin="measured"))
    app = app_on(tmp_path, monkeypatch).run()
    app.session_state["view"] = view
    app.switch_page("pages/compare.py").run()
    assert not app.exception
    assert "None of the runs that tiny" in app.error[0].value.replace("\\", "")
