"""Trainings whose executors and Python workers are killed at random moments, and what must be true afterwards."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from runner.training import checkpoint
from store import open_store
from tests.runner import victims
from tests.runner.helpers import PATIENCE_S, ROOT, processes_of

ROLES = ("executor", "python_worker")
ARMS = ("driver", "barrier")
EPOCHS, IMAGES, BATCH = 3, 20_000, 1000
STRIKES_S = 1.5  # strikes fall within so many seconds of a pass, which takes longer


@dataclass(frozen=True)
class Struck:
    """A training that was struck.

    Parameters
    ----------
    home : Path
    arm : str
    roles : tuple of str
        Which processes were killed, one in each of the first epochs.
    status : int
        Exit status of the command.
    said : str
        What it wrote to standard error.
    """

    home: Path
    arm: str
    roles: tuple[str, ...]
    status: int
    said: str

    @property
    def row(self) -> dict[Any, Any]:
        """The run in the log."""
        (row,) = open_store(self.home).runs.load().to_dict("records")
        return row

    def violations(self) -> list[str]:
        """Return what a training promises and this one did not keep."""
        if self.status != 0:
            return [f"exit status {self.status}: {self.said[-2000:]}"]
        row, settings = self.row, self.row["settings"]
        promised = {
            "the status": (row["status"], "ok"),
            "images seen": (settings["images_seen"], EPOCHS * IMAGES),
            "epochs": (len(settings["test_accuracy_pct"]), EPOCHS),
            "processes left": (processes_of(self.home), []),
        }
        wrong = [f"{what}: {found}, not {wanted}" for what, (found, wanted) in promised.items() if found != wanted]
        return wrong + ([] if settings["recoveries"] else ["no loss was noticed"])


def strike(home: Path, arm: str, roles: Sequence[str], seed: int) -> Struck:
    """Train on two executors, and kill one process of each role, in one epoch after the other."""
    chance = random.Random(seed)
    sizes = f"--images {IMAGES} --batch {BATCH} --epochs {EPOCHS} --executors 2 --memory 512m".split()
    command = [sys.executable, "-m", "runner", "train", "--arm", arm, *sizes, "--cluster", "here", "--home", str(home)]
    with (
        (home / "said.log").open("wb") as log,
        subprocess.Popen([*command, "--json"], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=log) as training,
    ):
        for number, role in enumerate(roles):
            _wait_for_epoch(home, number, training)
            time.sleep(chance.uniform(0, STRIKES_S))
            _kill(home, role, training, chance)
        status = training.wait(PATIENCE_S)
    return Struck(home, arm, tuple(roles), status, (home / "said.log").read_text())


def _wait_for_epoch(home: Path, number: int, training: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while _epochs(home) < number + 1:
        assert training.poll() is None, "the training ended before it was struck"
        assert time.monotonic() < deadline, f"epoch {number + 1} did not end"
        time.sleep(0.05)


def _epochs(home: Path) -> int:
    paths = list((home / "trainings").glob("*.npz"))
    return len(checkpoint.load(paths[0]).history) if paths else 0


def _kill(home: Path, role: str, training: subprocess.Popen[bytes], chance: random.Random) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not (there := [one for one in victims.find(home, role) if role == "executor" or _computes(one)]):
        assert training.poll() is None, "the training ended before it was struck"
        assert time.monotonic() < deadline, f"there is no {role} at work"
        time.sleep(0.05)
    chance.choice(there).kill()


def _computes(process: psutil.Process) -> bool:
    """Whether it does: Spark replaces an idle Python worker without a word, and nothing is lost."""
    try:
        return bool(process.cpu_percent(0.05) > 0)
    except psutil.Error:  # ended meanwhile
        return False
