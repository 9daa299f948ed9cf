"""The real app in a real browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from tests.e2e.helpers import chromium, serving

# The first page of a fresh server imports everything; on a busy machine that outlasts Playwright's five seconds.
expect.set_options(timeout=60_000)


@pytest.fixture(scope="session")
def app_url(demo_home: Path) -> Iterator[str]:
    with serving(demo_home) as url:
        yield url


@pytest.fixture(scope="module")
def own_home(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the demo home that a module's tests may write to."""
    return Path(shutil.copytree(demo_home, tmp_path_factory.mktemp("own") / "home"))


@pytest.fixture(scope="module")
def own_url(own_home: Path) -> Iterator[str]:
    with serving(own_home) as url:
        yield url


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def is_error(message: ConsoleMessage) -> bool:
    # Opened below its root, Streamlit's page looks for the server's paths there first, and then where they are.
    return message.type == "error" and "/_stcore/" not in message.location["url"]


@pytest.fixture(scope="session")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """The profile of one person, whose browser has the app's scripts in its cache after the first visit."""
    with browser.new_context(viewport={"width": 1440, "height": 1000}, reduced_motion="reduce") as context:
        yield context


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A fresh browser tab; the test fails if its console shows an error."""
    page = context.new_page()
    page.set_default_timeout(60_000)
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if is_error(message) else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    forget(page)
    assert not errors


def forget(page: Page) -> None:
    """Close the tab, and leave nothing of it to the next one."""
    try:
        if page.url.startswith("http"):
            page.evaluate("localStorage.clear()")
        page.context.clear_cookies()
    finally:
        page.close()
