"""Real campaigns for the tests: few, small, and shared, because each run starts a Spark cluster."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from runner.clusters.class_archive import ClassArchive
from runner.inputs.synthetic import make_synthetic
from tests.once import made_once
from tests.runner import victims
from tests.runner.helpers import PATIENCE_S, ROOT, Finished, start_profile, wait_until
from tests.runner.live import look
from tests.runner.samples import write_samples


@pytest.fixture(scope="session", autouse=True)
def quick_starts(class_archive: ClassArchive | None) -> None:
    """The JVMs of all runs here start from the archive."""


@pytest.fixture(scope="session")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """Two runs with two executors: one task (of two images), and four tasks (of twenty)."""
    return made_once(tmp_path_factory, "a home", _run_campaign)  # with a blank in its name


def _run_campaign(home: Path) -> Finished:
    arguments = ["--executors", "2", "--images-per-partition", "5", "--sampling-rates", "10,100", "--synthetic", "20"]
    with start_profile(home, *arguments) as runner:
        wait_until(lambda: victims.find(home, "python_worker") != [], "work in a Python worker")
        live = look(home)
        out, said = runner.communicate(timeout=PATIENCE_S)
    assert runner.returncode == 0, said
    return Finished(home, arguments, live, json.loads(out), said)


@pytest.fixture(scope="session")
def networks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What network_probe.py saw."""
    return made_once(tmp_path_factory, "networks", _probe_networks)


def _probe_networks(folder: Path) -> dict[str, Any]:
    samples = write_samples(folder / "samples")
    photos = [image.path for image in make_synthetic(folder / "photos", 6, seed=0).images]
    models = folder / "models"
    models.mkdir()
    command = [sys.executable, "-m", "tests.runner.network_probe", str(models), str(samples), *photos]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen
