"""A home as the first release left it: 28 runs, tasks, a cluster, a campaign and three models; and what these said.

It was written by that release itself (schema 2, models of format 1), before anything here was changed.
"""

from __future__ import annotations

import json
import tarfile
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data" / "first_release"
SAID: dict[str, Any] = json.loads((DATA / "said.json").read_text())


def unpack(folder: Path) -> Path:
    """Put the home into a folder and return it."""
    with tarfile.open(DATA / "home.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    return folder / "home"
