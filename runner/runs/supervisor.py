"""The supervisor of one run: cluster up, driver through, everything down.

Started by the runner as ``python -m runner.runs.supervisor SPEC`` in a session of its own, with a pipe as its standard
input. The pipe is its lifeline: when it closes, because the runner was stopped or killed, the supervisor kills the
run's processes and exits. What the driver did not write itself goes into the result file from here.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from runner.clusters.authentication import write_private_conf
from runner.clusters.processes import adopt_orphans, die_with_parent, kill_descendants
from runner.clusters.standalone import start_cluster
from runner.clusters.watchdog import MemoryWatchdog
from runner.spec import RESULT_FILE, RunSpec, write_result
from store.memory import PROCESS

POLL_S = 0.1
# Spark starts a dying executor again without end; so often more than there are executors, within so many seconds, means
# that it never will. Executors that a long run loses now and then are no such case.
RELAUNCHES = 3
QUICK_S = 120.0


class RunnerGoneError(Exception):
    """The lifeline closed."""


class RunFailedError(Exception):
    """The run ended without a result of its own."""

    def __init__(self, failure_kind: str, message: str) -> None:
        super().__init__(message)
        self.failure_kind = failure_kind


class Supervisor:
    """Starts the processes of one run and watches over them.

    Parameters
    ----------
    spec : RunSpec
    """

    def __init__(self, spec: RunSpec) -> None:
        self._spec = spec
        self._deadline = time.monotonic() + spec.timeout_s
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._launched: dict[Path, float] = {}  # each executor's folder, and when it was first seen
        self._watchdog = MemoryWatchdog(spec.executor_memory_mib) if spec.memory_regime == PROCESS else None

    def run(self) -> None:
        """Execute the run; its outcome is in the result file afterwards.

        Raises
        ------
        RunnerGoneError
            When the lifeline closed.
        RunFailedError
            When there is no result.
        """
        spec = self._spec
        master = spec.master or self._start_private_cluster()
        result = spec.folder / RESULT_FILE
        driver = [sys.executable, "-m", spec.program, str(spec.folder / "spec.json"), master]
        self.start("driver", driver, spec.other_cpus)
        self.wait_for("the run", lambda: self._processes["driver"].poll() is not None, spec.timeout_s)
        if not result.exists():
            code = self._processes["driver"].returncode
            raise RunFailedError("infrastructure", f"the Spark driver ended without a result (exit status {code})")

    def _start_private_cluster(self) -> str:
        write_private_conf(self._spec.properties)
        return start_cluster(self, self._spec, self._spec.properties)

    def start(self, name: str, command: Sequence[str], cpus: Sequence[int] = ()) -> Path:
        """Start a process that dies with this one; its output goes to NAME.log in the run's folder."""

        def enter() -> None:
            die_with_parent()
            if cpus:
                os.sched_setaffinity(0, cpus)

        path = self._spec.folder / f"{name}.log"
        with path.open("wb") as log:
            self._processes[name] = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self._spec.folder,
                preexec_fn=enter,  # safe: this process has one thread
            )
        return path

    def wait_for(self, what: str, ready: Callable[[], bool], timeout_s: float) -> None:
        """Return when `ready`, keeping an eye on the lifeline, the processes and the clock."""
        deadline = min(time.monotonic() + timeout_s, self._deadline)
        while not ready():
            if _lifeline_closed(POLL_S):
                raise RunnerGoneError
            self._check_cluster()
            if time.monotonic() > self._deadline:
                raise RunFailedError("infrastructure", f"not finished within {self._spec.timeout_s:g} s (--timeout)")
            if time.monotonic() > deadline:
                raise RunFailedError("launch", f"{what} did not start within {timeout_s:g} s")

    def _check_cluster(self) -> None:
        for name, process in self._processes.items():
            if name != "driver" and process.poll() is not None:
                raise RunFailedError("infrastructure", f"{name} ended early (exit status {process.returncode})")
        if self._watchdog is not None and (excess := self._watchdog.find_excess(self._workers())):
            raise RunFailedError("oom_kill", excess)
        now, wanted = time.monotonic(), len(self._spec.executor_cores)
        for folder in self._spec.folder.glob("worker-*/app-*/*"):
            self._launched.setdefault(folder, now)
        launched = sum(now - seen < QUICK_S for seen in self._launched.values())
        if launched > wanted + RELAUNCHES:
            raise RunFailedError("launch", f"executors end as soon as they start ({launched} starts of {wanted})")

    def _workers(self) -> dict[str, int]:
        return {name: one.pid for name, one in self._processes.items() if name.startswith("worker-")}


def _lifeline_closed(timeout_s: float) -> bool:
    readable, _, _ = select.select([sys.stdin], [], [], timeout_s)
    return bool(readable)  # nobody ever writes to it: readable means closed


def main(spec_file: str) -> int:
    """Supervise one run; see the module's text."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    adopt_orphans()
    spec = RunSpec.read(Path(spec_file))
    try:
        Supervisor(spec).run()
    except RunFailedError as error:
        failure = {"ok": False, "failure_kind": error.failure_kind, "error": str(error)}
        write_result(spec.folder / RESULT_FILE, failure)
    except RunnerGoneError:
        return 1
    finally:
        kill_descendants()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
