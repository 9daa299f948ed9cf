"""A small ``make chaos``: the processes that no other test kills."""

from __future__ import annotations

import time
from pathlib import Path

from tests.runner.aftermath import find_violations
from tests.runner.chaos import Chaos
from tests.runner.helpers import PATIENCE_S


def test_a_killed_master_and_a_killed_worker(tmp_path: Path) -> None:
    chaos = Chaos(tmp_path, seed=2, repeats=1)
    through = chaos.go_on(2, ("master", "worker"), time.monotonic() + PATIENCE_S)
    strikes = chaos.diary.read()
    assert {strike.role for strike in strikes} == {"master", "worker"}
    assert find_violations(tmp_path, strikes, complete=through) == []
    assert through
