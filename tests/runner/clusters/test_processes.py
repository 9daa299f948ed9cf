"""Processes that never outlive the one who needs them: real ones, orphans included."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from runner.clusters.environment import MARKER
from runner.clusters.processes import find_marked, kill_tree, sweep
from tests.runner.helpers import ROOT, processes_of, wait_until

SLEEP = "import time; time.sleep(600)"


@contextmanager
def marked(home: Path, script: str = SLEEP) -> Iterator[subprocess.Popen[bytes]]:
    """A Python process that carries the marker of `home`; killed at the end."""
    environment = os.environ | {MARKER: str(home.resolve())}
    with subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


def test_a_sweep_kills_what_carries_the_marker_of_this_home(tmp_path: Path) -> None:
    mine, yours = tmp_path / "mine", tmp_path / "yours"
    with marked(mine), marked(yours) as other:
        wait_until(lambda: len(find_marked(mine)) == len(find_marked(yours)) == 1, "both processes")
        assert sweep(mine)
        assert find_marked(mine) == []
        assert [process.pid for process in find_marked(yours)] == [other.pid]


def test_killing_a_tree_takes_the_children_along(tmp_path: Path) -> None:
    script = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {SLEEP!r}])"
    with marked(tmp_path, script) as parent:
        wait_until(lambda: len(psutil.Process(parent.pid).children()) == 1, "the child")
        kill_tree(parent.pid)
        wait_until(lambda: processes_of(tmp_path) == [], "the end of both")


def test_a_supervisor_kills_orphans_too(tmp_path: Path) -> None:
    # The grandchild leaves its session and loses its parent, as Python daemons of dead executors do.
    script = f"""
import os, subprocess, sys, time
from runner.clusters.processes import adopt_orphans, kill_descendants
adopt_orphans()
detached = "import os, time; os.fork() and os._exit(0); os.setsid(); " + {SLEEP!r}
subprocess.run([sys.executable, "-c", detached], check=True)
import psutil
print(len(psutil.Process().children()), kill_descendants(), len(psutil.Process().children()))
"""
    environment = os.environ | {MARKER: str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.split() == ["1", "True", "0"]
    assert processes_of(tmp_path) == []


def test_children_of_a_killed_supervisor_die(tmp_path: Path) -> None:
    script = f"""
import subprocess, sys
from runner.clusters.processes import die_with_parent
subprocess.run([sys.executable, "-c", {SLEEP!r}], preexec_fn=die_with_parent)
"""
    with marked(tmp_path, script) as parent:
        wait_until(lambda: len(psutil.Process(parent.pid).children()) == 1, "the child")
        parent.kill()
        wait_until(lambda: processes_of(tmp_path) == [], "the end of the child")
