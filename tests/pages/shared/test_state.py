"""What the app says when the store cannot be used, or has nothing to show: what to do next, and no traceback."""

from __future__ import annotations

import pandas as pd
import pytest

from store import open_store
from tests.pages.apps import app_on

# What is left of a campaign of which no run came through.
FAILED = pd.DataFrame(
    {
        "application": ["tiny_cnn"],
        "cluster": ["here"],
        "num_executors": [1],
        "executor_cores": [1],
        "executor_memory_gb": [1.0],
        "sampling_rate_pct": [100.0],
        "status": ["oom"],
        "failure_kind": ["oom_heap"],
    }
)


def test_a_damaged_database_names_the_command_that_helps(tmp_path, monkeypatch):
    (tmp_path / "sparkcast.duckdb").write_bytes(b"not a database" * 1_000)
    found = app_on(tmp_path, monkeypatch).run()
    assert not found.exception
    assert f"python -m store recover --home {tmp_path}" in found.error[0].value.replace("\\", "")
    (tmp_path / "sparkcast.duckdb").unlink()
    open_store(tmp_path).runs.add(FAILED)
    found.button(key="try_again").click().run()
    assert not found.exception
    assert not any("recover" in error.value for error in found.error)


def test_a_home_that_is_a_file_is_refused_with_what_to_choose(tmp_path, monkeypatch):
    home = tmp_path / "file"
    home.write_text("x")
    found = app_on(home, monkeypatch).run()
    assert not found.exception
    assert "choose another folder with --home or SPARKCAST_HOME" in found.error[0].value.replace("\\", "")


@pytest.mark.parametrize("page", ["explore", "compare", "recommend", "models", "runs", "profile", "training"])
def test_where_all_runs_failed_each_page_says_what_to_do(tmp_path, monkeypatch, page):
    open_store(tmp_path).runs.add(FAILED)
    found = app_on(tmp_path, monkeypatch).run()
    found.switch_page(f"pages/{page}.py").run()
    assert not found.exception
    assert found.title[0].value.lower() == page
    if page in ("explore", "compare", "recommend"):
        assert "There are no usable runs of tiny_cnn on here" in found.error[0].value.replace("\\", "")
        assert [link.label for link in found.get("page_link")] == ["Upload runs", "Profile this application"]
    elif page != "runs":  # which shows the failure of the only run
        assert not found.error
