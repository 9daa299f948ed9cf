"""The real app in a real browser."""

from __future__ import annotations

import shutil
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, expect

from tests.e2e.helpers import chromium, serving
from tests.e2e.sites import Site, make_loaded_home
from tests.once import made_once

# The first page of a fresh server imports everything; on a busy machine that outlasts Playwright's five seconds.
expect.set_options(timeout=60_000)
HOMES = ["fresh", pytest.param("loaded", marks=pytest.mark.thorough)]


@pytest.fixture(scope="session")
def app_url(demo_home: Path) -> Iterator[str]:
    with serving(demo_home) as url:
        yield url


@pytest.fixture(scope="module")
def own_home(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the demo home that a module's tests may write to."""
    return copied(demo_home, tmp_path_factory)


def copied(home: Path, factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(home, factory.mktemp("own") / "home"))


@pytest.fixture(scope="module")
def own_url(own_home: Path) -> Iterator[str]:
    with serving(own_home) as url:
        yield url


@pytest.fixture(scope="session")
def fresh_site(demo_home: Path, app_url: str) -> Site:
    return Site.fresh(demo_home, app_url)


@pytest.fixture(scope="session")
def loaded_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with 10,000 runs and 200 versions. Do not write to it."""
    return made_once(tmp_path_factory, "loaded", make_loaded_home)


@pytest.fixture(scope="session")
def loaded_site(loaded_home: Path) -> Iterator[Site]:
    with serving(loaded_home) as url:
        yield Site.loaded(loaded_home, url)


@pytest.fixture(params=HOMES)
def site(request: pytest.FixtureRequest) -> Site:
    """The app on a fresh home, then on a loaded one. Do not write to them."""
    return request.getfixturevalue(f"{request.param}_site")


@pytest.fixture(scope="module")
def own_fresh_site(own_home: Path, own_url: str) -> Site:
    return Site.fresh(own_home, own_url)


@pytest.fixture(scope="module")
def own_loaded_site(loaded_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = copied(loaded_home, tmp_path_factory)
    with serving(home) as url:
        yield Site.loaded(home, url)


@pytest.fixture(params=HOMES)
def own_site(request: pytest.FixtureRequest) -> Site:
    """As `site`, on copies that a module's tests may write to."""
    return request.getfixturevalue(f"own_{request.param}_site")


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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that fails tells what its page showed."""
    report = yield
    page = getattr(item, "funcargs", {}).get("page")
    if report.failed and report.when == "call" and page is not None:
        report.sections.append(("Page", f"{page.url}\n{shown_on(page)}"))
    return report


def shown_on(page: Page) -> str:
    try:
        return page.locator("body").aria_snapshot(timeout=5_000)
    except Error as error:
        return str(error)


def forget(page: Page) -> None:
    """Close the tab, and leave nothing of it to the next one."""
    try:
        if page.url.startswith("http"):
            page.evaluate("localStorage.clear()")
        page.context.clear_cookies()
    finally:
        page.close()
