"""The real app on a home, and what a person does in it that Playwright has no word for."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, sync_playwright

ROOT = Path(__file__).parents[2]
ROW_HEIGHT = 35
# The first is Chromium without the parts that draw its own window: it needs less processor time.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
# A colour on its way from light to dark has neither's contrast.
FADING = "one instanceof CSSTransition && one.playState === 'running'"
# Root may not use Chromium's sandbox; the others keep it from calling home.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_until_healthy(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        assert server.poll() is None, "the app stopped by itself"
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2) as answer:
                assert answer.read() == b"ok"
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail("the app did not become healthy in 120 s")


@contextmanager
def serving(home: Path, *more: str) -> Iterator[str]:
    """Run the app on a home, with more options of Streamlit; yields its address."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", "serve.py", "--server.port", str(port)]
    options = ["--server.headless", "true", *more]
    environment = {**os.environ, "SPARKCAST_HOME": str(home)}
    with subprocess.Popen([*command, *options], cwd=ROOT, env=environment) as server:
        url = f"http://127.0.0.1:{port}"
        try:
            wait_until_healthy(url, server)
            yield url
        finally:
            server.terminate()


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium, without a window."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert path, "Chromium is missing; `make test` installs it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


def select_row(page: Page, number: int, table: Locator | None = None) -> None:
    """Tick the box at the left edge of a row of a table, by itself of the first on the page; it is a canvas."""
    table = table or page.get_by_test_id("stDataFrame").first
    table.click(position={"x": 20, "y": ROW_HEIGHT * (number + 1) + ROW_HEIGHT // 2})


def drag(page: Page, label: str, share: float) -> int:
    """Drag the handle of a slider to a share of its length; return the number that it then has."""
    track = page.get_by_role("group", name=label, exact=True)
    handle = track.get_by_role("slider")
    at, whole = handle.bounding_box(), track.bounding_box()
    page.mouse.move(at["x"], at["y"])  # what is hidden for screen readers begins in the middle of what is seen
    page.mouse.down()
    page.mouse.move(whole["x"] + share * whole["width"], at["y"], steps=5)
    page.mouse.up()
    return int(handle.input_value())


def find(page: Page, words: str) -> None:
    """Look for runs."""
    field = page.get_by_placeholder("run, campaign, failure")
    field.fill(words)
    field.press("Enter")


def confirm(page: Page, label: str) -> None:
    """Press a button of the dialog that is open."""
    page.get_by_role("dialog").get_by_role("button", name=label, exact=True).click()


def settled(page: Page) -> None:
    """Wait until the script has run and its parts are loaded and drawn."""
    page.get_by_role("heading", level=1).first.wait_for()
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    page.wait_for_function("!document.querySelector('[data-stale=true], [data-testid=stSkeleton]')")
    page.wait_for_function(f"!document.getAnimations().some(one => {FADING})")
