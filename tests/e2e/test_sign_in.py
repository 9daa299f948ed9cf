"""Sign-in at a real OpenID provider on this machine: who is let in, who may change things."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.helpers import free_port, serving

pytestmark = pytest.mark.thorough

USERS = [
    {"sub": "ada", "name": "Ada", "email": "ada@example.org", "email_verified": True},
    {"sub": "bob", "name": "Bob", "email": "bob@example.org", "email_verified": True},
    {"sub": "eve", "name": "Eve", "email": "eve@elsewhere.net", "email_verified": True},
]
MODELS = "models?cluster=paper-2020&application=resnet50"
SECRETS = """
[auth]
redirect_uri = "http://localhost:{{port}}/oauth2callback"
cookie_secret = "only-for-this-test-and-long-enough"
client_id = "sparkcast"
client_secret = "the provider of this test takes any"
server_metadata_url = "http://localhost:{provider}/.well-known/openid-configuration"

[sparkcast]
readers = ["*@example.org"]
editors = ["ada@example.org"]
"""


@pytest.fixture(scope="module")
def provider() -> Iterator[int]:
    """The port of an OpenID provider that knows three people."""
    port = free_port()
    users = [part for user in USERS for part in ("--user-claims", json.dumps(user))]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--host", "localhost", *users]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            wait_until_up(f"http://localhost:{port}/.well-known/openid-configuration", server)
            yield port
        finally:
            server.terminate()


def wait_until_up(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert server.poll() is None, "the provider stopped by itself"
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail("the provider did not come up in 60 s")


@pytest.fixture(scope="module")
def guarded_url(demo_home: Path, provider: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    secrets = tmp_path_factory.mktemp("secrets") / "secrets.toml"
    secrets.write_text(SECRETS.format(provider=provider), encoding="utf-8")
    with serving(demo_home, "--secrets.files", str(secrets)) as url:
        yield url.replace("127.0.0.1", "localhost")  # the address that the provider sends people back to


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    """A fresh browser tab; what the provider's pages say on the console is not ours."""
    context = browser.new_context(viewport={"width": 1440, "height": 1000})
    page = context.new_page()
    page.set_default_timeout(60_000)
    yield page
    context.close()


def sign_in(page: Page, url: str, name: str) -> None:
    """Be sent to the provider, choose a person there and come back."""
    page.goto(f"{url}/{MODELS}")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name=name, exact=True).click()
    page.wait_for_url(f"{url}/**")


def test_a_reader_looks_and_an_editor_changes(guarded_url, tab):
    sign_in(tab, guarded_url, "bob")
    tab.goto(f"{guarded_url}/{MODELS}")
    expect(tab.get_by_text("May look").first).to_be_visible()
    expect(tab.get_by_test_id("stMetric").first).to_be_visible()
    expect(tab.get_by_role("button", name="Promote")).to_be_disabled()
    tab.get_by_role("button", name="Sign out").click()
    tab.get_by_role("button", name="End session").click()
    expect(tab.get_by_role("button", name="Sign in")).to_be_visible()
    sign_in(tab, guarded_url, "ada")
    tab.goto(f"{guarded_url}/{MODELS}")
    expect(tab.get_by_text("May change things")).to_be_visible()
    expect(tab.get_by_role("button", name="Promote")).to_be_enabled()


def test_who_is_not_among_the_readers_sees_nothing(guarded_url, tab):
    sign_in(tab, guarded_url, "eve")
    expect(tab.get_by_text("Eve may not use this app")).to_be_visible()
    tab.goto(f"{guarded_url}/{MODELS}")
    expect(tab.get_by_text("Eve may not use this app")).to_be_visible()
    expect(tab.get_by_test_id("stMetric")).to_have_count(0)
