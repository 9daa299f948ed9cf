"""Starting campaigns as users do, and looking at what they leave behind."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import psutil

from runner.__main__ import main
from runner.runs.keeping import EVENT_LOG_SUFFIX
from store import open_store
from store.eventlogs.eventlog import EventLog, parse_event_log
from tests.runner.live import Live

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 240


def profile_arguments(home: Path, *arguments: str) -> list[str]:
    """The arguments of a campaign of the tiny CNN; `arguments` come last and win."""
    return ["profile", "--application", "tiny_cnn", "--cluster", "here", "--home", str(home), "--json", *arguments]


def profile_command(home: Path, *arguments: str) -> list[str]:
    """The command line of such a campaign."""
    return [sys.executable, "-m", "runner", *profile_arguments(home, *arguments)]


def start_profile(home: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start a campaign and return its process."""
    command = profile_command(home, *arguments)
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, stdout=pipe, stderr=pipe, text=True)


def run_profile(home: Path, *arguments: str, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
    """Run a campaign to its end."""
    return run_command(*profile_arguments(home, *arguments), python=python)


def run_command(*arguments: str, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
    """Give a command of the runner and wait for its end."""
    command = [python, "-m", "runner", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S, check=False)


def profile_here(home: Path, *arguments: str) -> int:
    """Give the command inside this process, where it starts no run; return its exit status."""
    return main(profile_arguments(home, *arguments))


def wait_until(happened: Callable[[], bool], what: str) -> None:
    """Wait for something that another process does."""
    deadline = time.monotonic() + PATIENCE_S
    while not happened():
        assert time.monotonic() < deadline, f"{what} did not happen"
        time.sleep(0.2)


def processes_of(home: Path) -> list[str]:
    """Command lines of running processes that know of `home`, from their arguments, environment or folder."""
    ours = {os.getpid(), *(process.pid for process in psutil.Process().parents())}
    others = (process for process in psutil.process_iter() if process.pid not in ours)
    return [line for process in others if (line := _known(process, str(home)))]


def _known(process: psutil.Process, home: str) -> str:
    try:
        line = " ".join(process.cmdline())
        places = [line, process.cwd(), *process.environ().values()]
        alive = process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return ""
    return line if alive and any(home in place for place in places) else ""


@dataclass(frozen=True)
class Finished:
    """A home in which a campaign ran, what its first run looked like from outside, and what the command said."""

    home: Path
    arguments: Sequence[str]
    live: Live
    summary: dict[str, Any]
    stderr: str

    @property
    def runs(self) -> pd.DataFrame:
        """The rows of the store, fewest images first."""
        return open_store(self.home).runs.load().sort_values("input_images").reset_index(drop=True)


def kept_log(home: Path, run_id: str) -> EventLog:
    """The event log that a campaign kept of a run."""
    return parse_event_log(open_store(home).home.eventlogs / f"{run_id}{EVENT_LOG_SUFFIX}")
