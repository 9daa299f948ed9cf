"""Real campaigns for the tests: few, small, and shared, because each run starts a Spark cluster."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from runner.synthetic import make_synthetic
from tests.runner.helpers import PATIENCE_S, ROOT, Finished, run_profile


@pytest.fixture(scope="session")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """Two runs with two executors: one task (of two images), and four tasks (of twenty)."""
    home = tmp_path_factory.mktemp("a home")  # with a blank in its name
    arguments = ["--executors", "2", "--images-per-partition", "5", "--sampling-rates", "10,100", "--synthetic", "20"]
    done = run_profile(home, *arguments)
    assert done.returncode == 0, done.stderr
    return Finished(home, arguments, done.returncode, json.loads(done.stdout), done.stderr)


@pytest.fixture(scope="session")
def networks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What network_probe.py saw."""
    folder = tmp_path_factory.mktemp("probe")
    broken = folder / "broken.jpg"
    broken.write_bytes(b"not a picture")
    photos = [str(path) for path in make_synthetic(folder, 6, seed=0).files]
    command = [sys.executable, "-m", "tests.runner.network_probe", str(broken), str(folder / "manifest.json"), *photos]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen
