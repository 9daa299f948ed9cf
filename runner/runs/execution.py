"""Carry out one run from outside: prepare its folder, start its supervisor, collect what came of it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from runner.clusters.environment import run_environment
from runner.clusters.neighbours import CpuClock, describe_neighbours
from runner.clusters.processes import kill_tree, sweep
from runner.errors import RunnerError
from runner.inputs.manifest import ImageRef, write_manifest
from runner.runs.interrupts import stop_signals_blocked
from runner.runs.postmortem import last_words
from runner.spec import RESULT_FILE, RunSpec
from store.eventlogs.eventlog import EventLog, EventLogError, parse_event_log

# What a supervisor may need beyond the run's own limit: to notice, to kill and to write.
SUPERVISOR_GRACE_S = 60.0
STOP_TIMEOUT_S = 20.0


@dataclass(frozen=True)
class Execution:
    """What came of one run.

    Parameters
    ----------
    started_at : datetime
        UTC, before the cluster was started.
    wall_s : float
        Seconds for everything, cluster included.
    result : dict
        ``ok``; the sums of `runner.jobs.predict` when ok, else ``failure_kind`` (may be None) and ``error``.
    log : EventLog or None
        None when there is no readable event log.
    log_file : Path or None
        The event log in the run's folder.
    last_words : tuple of str
        What executors printed that explains their end.
    neighbours : dict
        What else the machine computed meanwhile; see `runner.clusters.neighbours`.
    """

    started_at: datetime
    wall_s: float
    result: dict[str, Any]
    log: EventLog | None
    log_file: Path | None
    last_words: tuple[str, ...] = ()
    neighbours: dict[str, Any] = field(default_factory=dict)


def execute_run(spec: RunSpec, images: Sequence[ImageRef], home: Path) -> Execution:
    """Execute one run; failures of any kind are part of the answer.

    Leaves the run's folder in place for the caller. No process of the run is left when this returns. To be called only
    while holding the home's lock.

    Raises
    ------
    RunnerError
        When a process of the run cannot be killed: it would disturb the next one.
    """
    _prepare(spec, images)
    started_at, before = datetime.now(UTC), CpuClock.read()
    hung = _supervise(spec, home)
    after = CpuClock.read()
    log_file = next(iter(sorted(spec.eventlog_dir.iterdir())), None)
    result = _read_result(spec, hung)
    return Execution(
        started_at,
        after.at_s - before.at_s,
        result,
        _read_log(log_file),
        log_file,
        last_words(spec),
        describe_neighbours(before, after, result.get("tree_cpu_s", 0.0)),
    )


def _prepare(spec: RunSpec, images: Sequence[ImageRef]) -> None:
    for folder in (spec.folder, spec.eventlog_dir, spec.local_dir, spec.temporary_dir):
        folder.mkdir(parents=True, exist_ok=True)
    write_manifest(spec.manifest, images)
    spec.write()


def _supervise(spec: RunSpec, home: Path) -> str | None:
    """Carry the run out; return what to say of a supervisor that had to be stopped."""
    limit_s, hung = spec.timeout_s + SUPERVISOR_GRACE_S, None
    with (spec.folder / "supervisor.log").open("wb") as log:
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "runner.runs.supervisor", str(spec.folder / "spec.json")],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=spec.folder,
            env=run_environment(home, spec),
            start_new_session=True,  # the terminal's Ctrl-C reaches only the runner, which then stops it in order
        )
    try:
        supervisor.wait(limit_s)
    except subprocess.TimeoutExpired:
        hung = f"the run's supervisor did not end within {limit_s:g} s and was stopped"
    finally:
        with stop_signals_blocked():
            _stop(supervisor)
            # A supervisor that was killed leaves executors behind, which would disturb the next run.
            if not sweep(home):
                raise RunnerError(
                    f"processes of run {spec.run_id} cannot be killed; end them, and give the same command again"
                )
    return hung


def _stop(supervisor: subprocess.Popen[bytes]) -> None:
    if supervisor.stdin is not None:
        supervisor.stdin.close()  # the lifeline: the supervisor now kills the run's processes and exits
    try:
        supervisor.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        kill_tree(supervisor.pid)
        supervisor.wait()


def _read_result(spec: RunSpec, hung: str | None) -> dict[str, Any]:
    path = spec.folder / RESULT_FILE
    if path.exists():
        result: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if not (hung and result["ok"]):  # what kept the supervisor may have been in the work's way before
            return result
    error = hung or "the run's processes ended without a result"
    return {"ok": False, "failure_kind": "infrastructure", "error": error}


def _read_log(path: Path | None) -> EventLog | None:
    try:
        return parse_event_log(path) if path is not None else None
    except EventLogError:
        return None  # a run without a readable log is not a valid run, and is recorded as that
