"""What happened inside one run: its stages, its executors, and which task ran where and when."""

from __future__ import annotations

import heapq
from collections.abc import Iterable

import pandas as pd

_STAGE = ["stage_id", "stage_attempt"]
# Tasks that are closer than this share of the run cannot be told apart on a screen.
PIXEL = 1 / 1_500


def stages(tasks: pd.DataFrame) -> pd.DataFrame:
    """Summarise the tasks of a run by stage.

    Parameters
    ----------
    tasks : DataFrame
        As from `store.runs.runs.Runs.tasks`.

    Returns
    -------
    DataFrame
        ``stage_id``, ``stage_attempt``, ``tasks``, ``failed`` (attempts), ``start_s``, ``duration_s`` (from the first
        launch to the last finish; starts count from the first launch of the run), ``median_task_s``, ``longest_task_s``
        and ``gc_share`` (garbage collection in the tasks' run time).
    """
    timed = _timed(tasks)
    grouped = timed.groupby(_STAGE, dropna=False)
    table = grouped.agg(
        tasks=("task_s", "size"),
        failed=("failed", "sum"),
        start_s=("start_s", "min"),
        end_s=("end_s", "max"),
        median_task_s=("task_s", "median"),
        longest_task_s=("task_s", "max"),
        gc_ms=("gc_ms", "sum"),
        run_ms=("run_ms", "sum"),
    ).reset_index()
    table.insert(5, "duration_s", table["end_s"] - table["start_s"])
    return table.assign(gc_share=_share(table)).drop(columns=["end_s", "gc_ms", "run_ms"])


def executors(tasks: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Summarise a run by executor; those that only their tasks tell of are there too.

    Parameters
    ----------
    tasks, known : DataFrame
        As from `store.runs.runs.Runs.tasks` and `.executors`.

    Returns
    -------
    DataFrame
        ``executor_id``, ``host``, ``cores``, ``tasks``, ``failed``, ``task_s`` (the sum of its tasks' times),
        ``gc_share``, ``peak_heap_bytes``, ``peak_jvm_bytes``, ``peak_python_bytes``, ``removed_reason``; missing is
        what nobody recorded.
    """
    grouped = _timed(tasks).groupby("executor_id")
    work = grouped.agg(
        tasks=("task_s", "size"),
        failed=("failed", "sum"),
        task_s=("task_s", "sum"),
        gc_ms=("gc_ms", "sum"),
        run_ms=("run_ms", "sum"),
    )
    work = work.assign(gc_share=_share(work)).drop(columns=["gc_ms", "run_ms"])
    described = known.drop(columns=["run_id", "tasks", "added_ms", "removed_ms"])
    table = described.merge(work.reset_index(), on="executor_id", how="outer")
    table[["tasks", "failed", "task_s"]] = table[["tasks", "failed", "task_s"]].fillna(0)
    order = ["executor_id", "host", "cores", "tasks", "failed", "task_s", "gc_share"]
    peaks = ["peak_heap_bytes", "peak_jvm_bytes", "peak_python_bytes", "removed_reason"]
    return table[[*order, *peaks]].sort_values("executor_id", key=_by_number).reset_index(drop=True)


def timeline(tasks: pd.DataFrame) -> pd.DataFrame:
    """Lay the tasks of a run out on lanes: a lane is a slot of an executor, and runs one task at a time.

    Neighbours in a lane that nobody could tell apart on a screen become one bar: a run of a million tasks has no more
    bars than there are pixels.

    Returns
    -------
    DataFrame
        A bar each: ``executor_id``, ``slot`` (from 0), ``stage_id``, ``failed``, ``start_s`` and ``end_s`` (seconds
        from the first launch), ``tasks``.
    """
    timed = _timed(tasks)
    parts = [_in_slots(of_executor) for _, of_executor in timed.groupby("executor_id", dropna=False)]
    columns = ["executor_id", "slot", "stage_id", "failed", "start_s", "end_s", "tasks"]
    if not parts:
        return pd.DataFrame(columns=columns)
    bars = _merged(pd.concat(parts), gap=PIXEL * float(timed["end_s"].max()))
    return bars.sort_values(["executor_id", "slot"], key=_by_number, kind="stable")[columns].reset_index(drop=True)


def _timed(tasks: pd.DataFrame) -> pd.DataFrame:
    """Return the tasks whose start and end are known, with start_s and end_s from the first launch, and task_s."""
    known = tasks.dropna(subset=["launch_ms", "finish_ms"])
    first = known["launch_ms"].min() if len(known) else 0
    times = {
        "start_s": (known["launch_ms"] - first).astype(float) / 1000,
        "end_s": (known["finish_ms"] - first).astype(float) / 1000,
    }
    timed = known.assign(**times, failed=known["failed"].fillna(False).astype(bool))
    return timed.assign(task_s=timed["end_s"] - timed["start_s"])


def _share(table: pd.DataFrame) -> pd.Series[float]:
    run_ms = table["run_ms"].astype(float)
    return table["gc_ms"].astype(float) / run_ms.where(run_ms > 0)


def _in_slots(tasks: pd.DataFrame) -> pd.DataFrame:
    ordered = tasks.sort_values(["start_s", "end_s"])
    return ordered.assign(slot=_slots(zip(ordered["start_s"], ordered["end_s"], strict=True)))


def _slots(spans: Iterable[tuple[float, float]]) -> list[int]:
    """Give each span, in the order of their starts, the lowest slot that is free then."""
    free: list[int] = []
    busy: list[tuple[float, int]] = []
    taken = []
    for start, end in spans:
        while busy and busy[0][0] <= start:
            heapq.heappush(free, heapq.heappop(busy)[1])
        slot = heapq.heappop(free) if free else len(busy)
        heapq.heappush(busy, (end, slot))
        taken.append(slot)
    return taken


def _merged(tasks: pd.DataFrame, gap: float) -> pd.DataFrame:
    """Join neighbours of a lane that are alike, and less than ``gap`` apart or shorter than that."""
    alike = ["executor_id", "slot", "stage_id", "failed"]
    ordered = tasks.sort_values(["executor_id", "slot", "start_s"], kind="stable")
    before = ordered.shift()
    same = (ordered[alike].astype(str) == before[alike].astype({"slot": "Int64"}).astype(str)).all(axis="columns")
    tiny = (ordered["task_s"] < gap) & (before["task_s"] < gap) & (ordered["start_s"] - before["end_s"] < gap)
    bar = (~(same & tiny)).cumsum()
    firsts = {name: (name, "first") for name in alike}
    sizes = {"start_s": ("start_s", "min"), "end_s": ("end_s", "max"), "tasks": ("task_s", "size")}
    return ordered.groupby(bar).agg(**firsts, **sizes)


def _by_number(names: pd.Series[str]) -> pd.Series[str]:
    """Sort 10 after 9, and names that are no numbers after those."""
    return names.astype(str).str.pad(12, fillchar="0")
