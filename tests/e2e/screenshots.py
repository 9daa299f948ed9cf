"""The README's pictures, from the real app on a fresh home with the demo data: ``make screenshots``."""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser

from perfmodel import catalog
from store import open_store
from tests.e2e.helpers import ROOT, chromium, serving, settled

IMAGES = ROOT / "docs" / "images"
SIZE = {"width": 1440, "height": 1080}
LARGEST = 200 * 1024  # bytes: a README is read over slow lines, too
PAIR = "cluster=paper-2020&application=resnet50&guide=false"
PICTURES = {
    "explore": f"explore?{PAIR}&pin=2%20x%208,%2014%20GiB,%2060%20images,%20100%20%25",
    "heat-map": f"explore?{PAIR}&chart=Executors%20x%20cores&executors=2",
    "compare": f"compare?{PAIR}",
    "recommend": f"recommend?{PAIR}&deadline=4%20h&sure=95",
    "runs": f"runs?{PAIR}&runs_view=Effects",
}
DRAWN_MS = 1_500  # charts and tables are drawn on a canvas, which says nothing when it is ready


def demo_home(home: Path) -> Path:
    """A fresh home with the demo runs and the first models of one application."""
    store = open_store(home)
    catalog.add_demo_runs(store)
    for outcome in catalog.fit(store, "resnet50", "paper-2020", catalog.FIRST_SCENARIOS):
        print(f"fitted {outcome.name}")
    return home


def take(browser: Browser, url: str, scheme: str, names: Iterable[str]) -> None:
    """Take these pictures in light or dark."""
    context = browser.new_context(viewport=SIZE, color_scheme=scheme, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(120_000)
    for name in names:
        page.goto(f"{url}/{PICTURES[name]}")
        settled(page)
        page.wait_for_timeout(DRAWN_MS)
        keep(page.screenshot(), IMAGES / f"{name}-{scheme}.png")
    context.close()


def keep(picture: bytes, path: Path) -> None:
    """Write a picture with 256 colours, which flat screens do not miss."""
    with Image.open(io.BytesIO(picture)) as image:
        image.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)
    size = path.stat().st_size
    if size > LARGEST:
        sys.exit(f"{path} has {size:,} bytes, more than {LARGEST:,}: show less in it")
    print(f"{path.relative_to(ROOT)}: {size:,} bytes")


def main() -> None:
    """Take all pictures."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, serving(demo_home(Path(folder))) as url, chromium() as browser:
        take(browser, url, "light", PICTURES)
        take(browser, url, "dark", ["explore"])


if __name__ == "__main__":
    main()
