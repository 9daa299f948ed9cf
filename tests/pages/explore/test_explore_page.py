"""The Explore page, on pairs that differ."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from store import open_store
from tests.pages.apps import app_on
from tests.perfmodel.catalog.small import PAIR, fit, law, undone_after_fit


def what_ifs(found: AppTest) -> int:
    [history] = [one for one in found.expander if one.label.startswith("What-ifs")]
    return len(history.dataframe[0].value)


def test_each_pair_has_a_history_of_its_own(demo_home, monkeypatch):
    found = app_on(demo_home, monkeypatch, "pages/explore.py", ("resnet50", "paper-2020"))
    found.run()
    found.slider(key="executors").set_value(1).run()
    assert not found.exception
    assert what_ifs(found) == 2
    found.session_state["cluster"] = "local-2core-epyc"
    found.run()
    assert not found.exception
    assert what_ifs(found) == 1
    found.button(key="forget").click().run()
    found.session_state["cluster"] = "paper-2020"
    found.run()
    assert what_ifs(found) >= 2, "what is forgotten is the other pair's"


def test_a_scenario_that_cannot_say_how_sure_it_is_is_listed_with_its_reason(tmp_path, monkeypatch):
    store = open_store(tmp_path)
    runs = law().assign(application=PAIR[0], cluster=PAIR[1], origin="measured")
    store.runs.add(runs[runs["executor_cores"] == 1])
    [few] = fit(store, ["5"])  # of 2 configurations: none can be held out
    store.runs.add(runs[runs["executor_cores"] == 2])
    [more] = fit(store, ["4-2"])
    assert (few.refused, more.refused) == ("", "")
    found = app_on(tmp_path, monkeypatch).run()
    assert not found.exception
    assert not found.error
    assert found.selectbox(key="scenario").options == ["Most accurate", "4-2"]
    assert any("no configuration could be held out" in one.value for one in found.caption)
    [table] = [one.value for one in found.dataframe if "Interval" in one.value]
    assert table.set_index("Scenario")["Interval"]["5"] == "no answer"


def test_models_without_runs_say_what_is_missing(tmp_path, monkeypatch):
    store = undone_after_fit(tmp_path, law())
    failed = law().head(1).assign(application=PAIR[0], cluster=PAIR[1], status="oom", completion_time_s=None)
    store.runs.add(failed)
    found = app_on(tmp_path, monkeypatch).run()
    for page in ("explore", "compare", "recommend"):
        found.switch_page(f"pages/{page}.py").run()
        assert not found.exception
        assert "There are no usable runs of tiny on test" in found.error[0].value.replace("\\", "")
