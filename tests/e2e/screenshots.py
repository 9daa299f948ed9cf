"""The README's pictures, from the real app on a fresh home with the demo data: ``make screenshots``.

``python -m tests.e2e.screenshots --all FOLDER`` takes every page instead, in light and dark, wide and
narrow.
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser

from perfmodel import catalog
from store import open_store
from tests.e2e.helpers import ROOT, chromium, serving, settled

IMAGES = ROOT / "docs" / "images"
WIDE, NARROW, HEIGHT = 1440, 390, 1080
SCHEMES = ("light", "dark")
LARGEST = 200 * 1024  # bytes: a README is read over slow lines, too
PAIR = "cluster=paper-2020&application=resnet50&guide=false"
PICTURES = {
    "explore": f"?{PAIR}&pin=2%20x%208,%2014%20GiB,%2060%20images,%20100%20%25",
    "heat-map": f"?{PAIR}&chart=Executors%20x%20cores&executors=2",
    "compare": f"compare?{PAIR}",
    "recommend": f"recommend?{PAIR}&deadline=4%20h&sure=95",
    "runs": f"runs?{PAIR}&runs_view=Effects",
}
PAGES = {name: f"{name}?{PAIR}" for name in ("compare", "runs", "profile", "models", "recommend")} | {
    "explore": f"?{PAIR}",  # the first page is at the root
    "training": "training?cluster=local-2core-xeon&application=cifar_cnn&guide=false",
}
DRAWN_MS = 1_500  # charts and tables are drawn on a canvas, which says nothing when it is ready


def demo_home(home: Path) -> Path:
    """A fresh home with the demo runs and the first models of one application."""
    store = open_store(home)
    catalog.add_demo_runs(store)
    for outcome in catalog.fit(store, "resnet50", "paper-2020", catalog.FIRST_SCENARIOS):
        print(f"fitted {outcome.name}")
    return home


def take(browser: Browser, url: str, scheme: str, views: Mapping[str, str], width: int = WIDE) -> dict[str, bytes]:
    """Take pictures in light or dark: addresses by name in, pictures by name out."""
    context = browser.new_context(
        viewport={"width": width, "height": HEIGHT}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(120_000)
    taken = {}
    for name, address in views.items():
        page.goto(f"{url}/{address}")
        settled(page)
        page.wait_for_timeout(DRAWN_MS)
        taken[name] = page.screenshot()
    context.close()
    return taken


def take_all(browser: Browser, url: str, folder: Path) -> None:
    """Take every page in light and dark, wide and narrow, into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for scheme in SCHEMES:
        for width in (WIDE, NARROW):
            for name, picture in take(browser, url, scheme, PAGES, width).items():
                (folder / f"{name}-{scheme}-{width}.png").write_bytes(picture)
    print(f"{len(list(folder.glob('*.png')))} pictures in {folder}")


def take_readmes(browser: Browser, url: str) -> None:
    """Take the README's pictures into the documentation."""
    IMAGES.mkdir(exist_ok=True)
    for scheme, views in (("light", PICTURES), ("dark", {"explore": PICTURES["explore"]})):
        for name, picture in take(browser, url, scheme, views).items():
            keep(picture, IMAGES / f"{name}-{scheme}.png")


def keep(picture: bytes, path: Path) -> None:
    """Write a picture with 256 colours, which flat screens do not miss."""
    with Image.open(io.BytesIO(picture)) as image:
        image.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)
    size = path.stat().st_size
    if size > LARGEST:
        sys.exit(f"{path} has {size:,} bytes, more than {LARGEST:,}: show less in it")
    print(f"{path.relative_to(ROOT)}: {size:,} bytes")


def main() -> None:
    """Read the arguments, take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", type=Path, metavar="FOLDER", help="take every page into this folder instead")
    folder = parser.parse_args().all
    with tempfile.TemporaryDirectory() as home, serving(demo_home(Path(home))) as url, chromium() as browser:
        if folder is None:
            take_readmes(browser, url)
        else:
            take_all(browser, url, folder)


if __name__ == "__main__":
    main()
