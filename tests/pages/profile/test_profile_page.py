"""The Profile page by itself: what it says before, while and after something runs. Real campaigns: tests/e2e."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.apps import app_on
from tests.runner.background.test_launch import SLEEPER, launched, remember


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    return app_on(tmp_path, monkeypatch, "pages/profile.py", ("tiny_cnn", "here"))


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(SLEEPER) as process:
        yield process
        process.kill()


def metrics(page: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in page.metric}


def badges(page: AppTest) -> str:
    return " ".join(markdown.value for markdown in page.markdown)


def test_a_plan_is_said_before_anything_runs(page: AppTest) -> None:
    page.run()
    assert not page.exception
    assert int(metrics(page)["Runs to do"]) > 2
    assert metrics(page)["Expected time"] == "not known"
    assert "python -m runner profile --application=tiny_cnn" in page.code[0].value
    assert "--fewest" in page.code[0].value
    assert not page.button(key="start").disabled
    assert "No campaign was run with this home yet. Start one above." in [caption.value for caption in page.caption]


def test_what_cannot_be_used_is_said_and_nothing_can_be_started(page: AppTest) -> None:
    page.run()
    page.text_input(key="plan_memory").set_value("1").run()
    assert not page.exception
    assert "is not a memory size" in page.error[0].value
    assert "start" not in {button.key for button in page.button}


def test_a_cluster_of_ones_own_gets_a_command(page: AppTest) -> None:
    page.session_state["plan_where"] = "A cluster of mine"
    page.session_state["plan_master"] = "spark://head:7077"
    page.run()
    assert not page.exception
    assert "--master=spark://head:7077" in page.code[0].value
    assert "start" not in {button.key for button in page.button}


@pytest.mark.parametrize("cleared", ["plan_executors", "plan_partition"])
def test_a_field_that_was_cleared_is_named(page: AppTest, cleared: str) -> None:
    page.run()
    page.text_input(key=cleared).set_value("").run()
    assert not page.exception
    assert "arguments are required" in page.error[0].value
    assert page.text_input(key=cleared)


@pytest.mark.parametrize("cleared", ["plan_master", "plan_cluster"])
def test_a_cluster_of_ones_own_needs_a_master_and_a_name(page: AppTest, cleared: str) -> None:
    page.session_state["plan_where"] = "A cluster of mine"
    page.run()
    page.text_input(key=cleared).set_value("").run()
    assert not page.exception
    assert "your cluster" in page.error[0].value
    assert page.text_input(key="plan_memory")
    assert "start" not in {button.key for button in page.button}


def test_what_runs_is_shown_and_stopped(page: AppTest, tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    remember(tmp_path, launched(sleeper))
    page.run()
    assert not page.exception
    assert "Running" in badges(page)
    page.button(key="stop").click().run()
    assert not page.exception
    assert sleeper.wait(30) == -15
    page.run()
    assert "Stopped" in badges(page)
    assert page.button(key="resume")
