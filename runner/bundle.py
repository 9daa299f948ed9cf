"""Our code in one archive, for executors on machines that do not have it."""

from __future__ import annotations

import zipfile
from pathlib import Path

from runner.environment import SOURCE_ROOT

BUNDLE_FILE = "sparkcast.zip"
# What Python workers import: the runner, and the store for its errors.
PACKAGES = ("runner", "store")


def write_bundle(folder: Path) -> Path:
    """Write an archive of the packages that Python workers import into `folder`; Python imports from it as it is."""
    path = folder / BUNDLE_FILE
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for package in PACKAGES:
            for module in sorted((SOURCE_ROOT / package).rglob("*.py")):
                archive.write(module, module.relative_to(SOURCE_ROOT))
    return path
