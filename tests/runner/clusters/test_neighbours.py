"""What else the machine computes while a run is measured."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from runner.clusters.neighbours import CpuClock, describe_neighbours, tree_cpu_s


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


# A little more than the second that is asked for: /proc counts whole ticks of user and of system time, rounded down.
BURN = "import time\nend = time.process_time() + 1.05\nwhile time.process_time() < end: pass\n"


def test_children_and_theirs_are_ours() -> None:
    before = CpuClock.read()
    subprocess.run([sys.executable, "-c", f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {BURN!r}])"])
    after = CpuClock.read()
    assert after.own_s - before.own_s >= 1
    assert after.busy_s - before.busy_s >= 0.9


# Like Spark's Python daemon: it ignores how its children end.
DAEMON = f"""
import os, signal
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
if os.fork() == 0:
    {BURN.replace(chr(10), chr(10) + "    ")}
    print("done", flush=True)
    signal.pause()
signal.pause()
"""


def test_workers_that_nobody_waits_for_are_seen_while_they_run() -> None:
    with subprocess.Popen([sys.executable, "-c", DAEMON], stdout=subprocess.PIPE, start_new_session=True) as daemon:
        try:
            assert daemon.stdout is not None
            assert daemon.stdout.readline() == b"done\n"
            assert tree_cpu_s(daemon.pid) >= 1
        finally:
            os.killpg(daemon.pid, signal.SIGKILL)


def test_what_was_seen_of_a_run_is_not_of_others() -> None:
    before, after = CpuClock(0.0, 0.0, 0.0, 0.0, 0.0), CpuClock(10.0, 12.0, 0.0, 3.0, 0.0)
    assert describe_neighbours(before, after)["other_cores"] == 0.9
    assert describe_neighbours(before, after, seen_s=11.0)["other_cores"] == 0.1
