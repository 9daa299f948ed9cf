"""What else the machine computes while a run is measured."""

from __future__ import annotations

import subprocess
import sys

from runner.neighbours import CpuClock, describe_neighbours


def test_others_are_what_is_busy_and_not_ours() -> None:
    before = CpuClock(at_s=100.0, busy_s=1000.0, stolen_s=5.0, own_s=50.0, load=1.234)
    after = CpuClock(at_s=120.0, busy_s=1040.0, stolen_s=6.0, own_s=60.0, load=2.0)
    assert describe_neighbours(before, after) == {
        "host_load_before": 1.23,
        "host_load_after": 2.0,
        "other_cores": 1.5,
        "stolen_cores": 0.05,
    }


def test_clocks_that_disagree_by_a_tick_make_no_negative_cores() -> None:
    before = CpuClock(0.0, 0.0, 0.0, 0.0, 0.0)
    assert describe_neighbours(before, CpuClock(10.0, 1.0, 0.0, 1.01, 0.0))["other_cores"] == 0.0


BURN = "import time\nend = time.process_time() + 1\nwhile time.process_time() < end: pass\n"


def test_children_and_theirs_are_ours() -> None:
    before = CpuClock.read()
    subprocess.run([sys.executable, "-c", f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {BURN!r}])"])
    after = CpuClock.read()
    assert after.own_s - before.own_s >= 1
    assert after.busy_s - before.busy_s >= 0.9
