"""Sign-in and the read-only role, on the real pages, with a person whom a provider would have signed in."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui.shared import access
from pages.ui.shared.access import REFUSED
from pages.ui.shared.roles import AccessError
from runner.background import launch
from store import open_store
from tests.pages.apps import app_on

ROOT = Path(__file__).parents[3]
PAGES = ROOT / "pages"
AUTH = {
    "redirect_uri": "http://localhost/oauth2callback",
    "cookie_secret": "not a secret",
    "client_id": "here",
    "client_secret": "not one",
    "server_metadata_url": "http://localhost/.well-known/openid-configuration",
}
SETTINGS = {"editors": ["ada@example.org"]}
ADA = {"is_logged_in": True, "email": "ada@example.org", "name": "Ada"}
READER = {"is_logged_in": True, "email": "bob@example.org", "name": "Bob"}
# Calls that change the store, the prices or what runs; by the name of the method or function.
CHANGING = {
    "add", "add_demo_runs", "archive", "fit", "promote", "purge", "register", "remove_alias", "restore", "resume",
    "roll_back", "save_instances", "start", "stop", "undo",
}  # fmt: skip
OWNERS = {"catalog", "eventlogs", "fits", "imports", "launch", "registry", "uploads", ""}
GUARDS = {"changes", "may_change_or", "begin", "_decide"}  # the last two guard what they are given


def app(home: Path, monkeypatch: pytest.MonkeyPatch, script: str, user: dict[str, Any], **secrets: Any) -> AppTest:
    found = app_on(home, monkeypatch, script, ("resnet50", "paper-2020"))
    found.secrets["auth"] = AUTH
    for name, value in secrets.items():
        found.secrets[name] = value
    found.user = user
    return found


def test_nobody_sees_anything_before_signing_in(demo_home, monkeypatch):
    found = app(demo_home, monkeypatch, "app.py", {"is_logged_in": False}).run()
    assert not found.exception
    assert [button.label for button in found.button] == ["Sign in"]
    assert not found.metric
    assert not found.sidebar.selectbox


def test_who_is_not_among_the_readers_is_told_so(demo_home, monkeypatch):
    settings = SETTINGS | {"readers": ["*@elsewhere.net"]}
    found = app(demo_home, monkeypatch, "app.py", READER, sparkcast=settings).run()
    assert "Bob may not use this app" in found.error[0].value
    assert [button.label for button in found.button] == ["Sign out"]


def test_wrong_settings_let_nobody_in(demo_home, monkeypatch):
    found = app(demo_home, monkeypatch, "app.py", ADA, sparkcast={"editor": ["ada@example.org"]}).run()
    assert not found.exception
    assert "editor is not understood" in found.error[0].value.replace("\\", "")
    assert not found.metric


def test_the_sidebar_says_who_may_do_what(demo_home, monkeypatch):
    found = app(demo_home, monkeypatch, "app.py", ADA, sparkcast=SETTINGS).run()
    assert not found.exception
    assert {"Ada"} <= {one.value for one in found.sidebar.markdown}
    assert any("May change things" in one.value for one in found.sidebar.markdown)
    found = app(demo_home, monkeypatch, "app.py", READER, sparkcast=SETTINGS).run()
    assert any("May look" in one.value for one in found.sidebar.markdown)
    assert found.metric, "a reader sees predictions"


@pytest.fixture
def forged(monkeypatch):
    """A browser that presses grey buttons: to the server they look like any other."""
    monkeypatch.setattr(access, "options_of_act", lambda help=None, disabled=False: {"help": help})


def test_a_reader_sees_grey_buttons_with_the_reason(demo_home, monkeypatch):
    found = app(demo_home, monkeypatch, "pages/models.py", READER, sparkcast=SETTINGS).run()
    acts = {button.label: button for button in found.button}
    assert (acts["Promote"].disabled, acts["Promote"].help) == (True, REFUSED)
    assert acts["Archive"].disabled


@pytest.mark.usefixtures("forged")
def test_a_reader_starts_no_campaign_not_even_past_the_grey_button(tmp_path, monkeypatch):
    found = app(tmp_path, monkeypatch, "pages/profile.py", READER, sparkcast=SETTINGS)
    found.session_state["application"], found.session_state["cluster"] = "tiny_cnn", "here"
    found.run()
    found.button(key="start").click().run()
    assert not found.exception
    assert found.error[0].value.replace("\\", "") == REFUSED
    assert launch.last(tmp_path) is None


@pytest.mark.parametrize("folder", ["here", "not there"])
def test_a_reader_does_not_learn_which_folders_the_server_has(tmp_path, monkeypatch, folder):
    (tmp_path / "here").mkdir()
    found = app(tmp_path, monkeypatch, "pages/profile.py", READER, sparkcast=SETTINGS)
    found.session_state["application"], found.session_state["cluster"] = "tiny_cnn", "here"
    found.session_state["plan_images"], found.session_state["plan_folder"] = "A folder", str(tmp_path / folder)
    found.run()
    assert not found.exception
    [error] = found.error
    assert "may not look into folders" in error.value


def test_an_act_is_refused_before_it_begins(monkeypatch):
    done: list[int] = []
    monkeypatch.setattr(access, "may_change", lambda: False)
    with pytest.raises(AccessError, match="may look"):
        access.changes(done.append)(1)
    monkeypatch.setattr(access, "may_change", lambda: True)
    access.changes(done.append)(2)
    assert done == [2]


def test_an_editor_may(demo_home, monkeypatch):
    found = app(demo_home, monkeypatch, "pages/models.py", ADA, sparkcast=SETTINGS).run()
    assert not {button.label: button for button in found.button}["Promote"].disabled


def test_without_sign_in_everybody_may(demo_home, monkeypatch):
    found = app(demo_home, monkeypatch, "pages/models.py", {})
    del found.secrets["auth"]
    found.run()
    assert not {button.label: button for button in found.button}["Promote"].disabled


def test_a_reader_makes_no_models_by_looking(tmp_path, monkeypatch):
    found = app(tmp_path, monkeypatch, "app.py", READER, sparkcast=SETTINGS).run()
    assert not found.exception
    assert "There are no runs yet" in found.error[0].value
    assert open_store(tmp_path).runs.pairs().empty


def functions(path: Path) -> list[ast.FunctionDef]:
    """The functions of a module; those within one belong to it."""
    return [node for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)]


def unguarded(path: Path) -> list[str]:
    """Calls that change something, in functions of which nobody asks who the user is."""
    return [
        f"{path.name}: {name}"
        for function in functions(path)
        if not GUARDS & names_in(function)
        for name in changing_calls(function)
    ]


def names_in(function: ast.FunctionDef) -> set[str]:
    return {node.attr for node in ast.walk(function) if isinstance(node, ast.Attribute)} | {
        node.id for node in ast.walk(function) if isinstance(node, ast.Name)
    }


def changing_calls(function: ast.FunctionDef) -> list[str]:
    return [name for node in ast.walk(function) if isinstance(node, ast.Call) and (name := changing(node.func))]


def changing(called: ast.expr) -> str:
    """The name of a called function that changes something, else nothing."""
    if isinstance(called, ast.Name):
        return called.id if called.id in CHANGING - {"add"} else ""
    if isinstance(called, ast.Attribute) and called.attr in CHANGING:
        owner = called.value
        owner = owner.func if isinstance(owner, ast.Call) else owner
        name = owner.attr if isinstance(owner, ast.Attribute) else owner.id if isinstance(owner, ast.Name) else ""
        return called.attr if name in OWNERS else ""
    return ""


def test_every_act_in_the_pages_asks_who_the_user_is():
    files = sorted(PAGES.rglob("*.py"))
    assert sum(len(changing_calls(one)) for path in files for one in functions(path)) > 12, "the search finds the acts"
    assert [call for path in files for call in unguarded(path)] == []
    guards = [one for path in files for one in functions(path) if one.name in ("begin", "_decide")]
    assert ["changes" in names_in(one) for one in guards] == [True, True]
