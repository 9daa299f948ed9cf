"""What must hold after processes of a campaign were killed: each planned run once, classified, with honest times."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from store import Store, open_store
from store.eventlogs.eventlog import EventLog
from tests.runner.helpers import kept_log, processes_of

# How a run may end whose process was killed. An executor that dies before the job starts is replaced by Spark, and one
# that is replaced makes the run invalid.
KINDS = {
    "supervisor": {"infrastructure"},
    "driver": {"infrastructure"},
    "driver_jvm": {"infrastructure"},
    "master": {"infrastructure"},
    "worker": {"infrastructure"},
    "executor": {"oom_kill", "infrastructure"},
    "python_worker": {"python_killed"},
}
KEY = ("num_executors", "total_cores", "executor_memory_gb", "images_per_partition", "sampling_rate_pct", "repeat")
MIB_PER_GIB = 1024


@dataclass(frozen=True)
class Strike:
    """One kill.

    Parameters
    ----------
    number : int
        From 1.
    role : str
        What was killed.
    run_id : str
        The run that was in progress; empty between two runs.
    at_ms : int
        Unix milliseconds just before the kill.
    cleared_s : float
        Seconds from the kill of a runner until no process of the run was left; from that of another process until the
        runner had recorded the run.
    strays : list of str
        Command lines of processes of the run that were still there then.
    """

    number: int
    role: str
    run_id: str
    at_ms: int
    cleared_s: float
    strays: list[str]


Row = Mapping[Any, Any]


def find_violations(home: Path, strikes: Sequence[Strike], *, complete: bool) -> list[str]:
    """Return what is wrong in a home after strikes; `complete` when its campaign ran to its end."""
    store = open_store(home)  # drains the inbox
    rows = store.runs.load().to_dict("records")
    found = [f"strike {one.number} ({one.role}) left {line}" for one in strikes for line in one.strays]
    found += [f"still running: {line}" for line in processes_of(home)]
    found += [f"rejected: {path.name}" for path in store.inbox.rejected()]
    found += _accounts(store, rows, complete=complete)
    struck = {one.run_id: one for one in strikes}
    for row in rows:
        found += [f"run {row['run_id']}: {fault}" for fault in _row_faults(store, row, struck.get(str(row["run_id"])))]
    known = {str(row["run_id"]) for row in rows}
    found += [
        f"strike {one.number} ({one.role}): its run {one.run_id} is lost"
        for one in strikes
        if one.role != "runner" and one.run_id not in known
    ]
    return found


def _accounts(store: Store, rows: Sequence[Row], *, complete: bool) -> Iterator[str]:
    """Compare the planned runs with the rows: each once, no other."""
    (plan,) = [store.campaigns.get(name) for name in store.campaigns.load()["name"]]
    planned = {tuple(_planned_value(run, name) for name in KEY) for run in (plan or {})["runs"]}
    counts = Counter(tuple(row[name] for name in KEY) for row in rows)
    yield from (f"{key} has {count} rows" for key, count in counts.items() if count > 1)
    yield from (f"{key} was never planned" for key in counts.keys() - planned)
    if complete:
        yield from (f"{key} never ran" for key in planned - counts.keys())


def _planned_value(run: Mapping[str, Any], name: str) -> Any:
    return run["executor_memory_mib"] / MIB_PER_GIB if name == "executor_memory_gb" else run[name]


def _row_faults(store: Store, row: Row, strike: Strike | None) -> Iterator[str]:
    if row["status"] == "ok":
        yield from _time_faults(store, row, strike)
        return
    if not pd.isna(row["completion_time_s"]):
        yield "failed, with a time"
    if not row["settings"].get("reason"):
        yield "failed without a reason"
    if strike is None or strike.role not in KINDS:
        yield f"failed although nothing of it was killed: {row['failure_kind']}: {row['settings'].get('reason')}"
    elif row["failure_kind"] not in KINDS[strike.role]:
        yield f"{strike.role} killed, filed as {row['failure_kind']}: {row['settings'].get('reason')}"


def _time_faults(store: Store, row: Row, strike: Strike | None) -> Iterator[str]:
    """Check a successful run against its event log, and that the kill came too late to touch it."""
    log = kept_log(store.home.root, str(row["run_id"]))
    if row["completion_time_s"] != log.completion_time_s:
        yield f"time {row['completion_time_s']} s, its event log says {log.completion_time_s} s"
    if row["settings"]["predictions"] != row["input_images"]:
        yield f"{row['input_images']} images, {row['settings']['predictions']} predictions"
    if len(store.runs.tasks(row["run_id"])) != row["settings"]["tasks"]:
        yield "tasks are missing"
    if strike is not None and _touched(strike, log):
        yield f"ok although its {strike.role} was killed, {log.first_job_ms} to {_end_ms(log)} ms, at {strike.at_ms} ms"


def _touched(strike: Strike, log: EventLog) -> bool:
    """Whether a kill must have changed what the log measures."""
    if strike.role in ("runner", "python_worker"):  # a Python worker whose tasks are done may go without harm
        return False
    if strike.role == "executor" and strike.at_ms <= max(one.added_ms for one in log.executors.values()):
        return False  # Spark started another one in time, before the clock
    return strike.at_ms < _end_ms(log)


def _end_ms(log: EventLog) -> int:
    return max(job.ended_ms or 0 for job in log.jobs.values())


def tell(home: Path, strikes: Sequence[Strike]) -> str:
    """Return what became of the runs: a line for each kind of victim."""
    rows = {str(row["run_id"]): row for row in open_store(home).runs.load().to_dict("records")}
    struck = {one.run_id for one in strikes}
    ends = Counter((one.role, _ending(rows.get(one.run_id))) for one in strikes)
    ends += Counter(("nothing", _ending(row)) for run_id, row in rows.items() if run_id not in struck)
    lines = [
        f"{len(strikes)} kills, {len(rows)} runs; slowest end {max((s.cleared_s for s in strikes), default=0):.1f} s"
    ]
    return "\n".join([*lines, *(f"  {role} killed: {number} x {end}" for (role, end), number in sorted(ends.items()))])


def _ending(row: Row | None) -> str:
    if row is None:
        return "run again"
    return "ok" if row["status"] == "ok" else f"{row['status']} ({row['failure_kind']})"
