"""Every public log in tests/store/data, against values that a few independent lines read from its raw JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from backports import zstd

from store import Imported, Store
from store.eventlogs.document import document
from store.eventlogs.imports import Preview, Refused, preview
from store.eventlogs.run import Supplied

ROOT = Path(__file__).parents[3]
DATA = ROOT / "tests" / "store" / "data" / "eventlogs"
LOGS = {path.relative_to(DATA).as_posix(): path for path in sorted(DATA.glob("*/*"))}
GIVEN = Supplied(
    application="a", cluster="c", sampling_rate_pct=10, num_executors=1, executor_cores=1, executor_memory_gb=1
)


def raw_events(path: Path) -> Iterator[dict[str, Any]]:
    """Parse everything, line by line, with the standard library."""
    for file in sorted(path.glob("events_*")) if path.is_dir() else [path]:
        content = file.read_bytes()
        if file.suffix == ".zstd":
            content = zstd.decompress(content)  # all frames
        yield from map(json.loads, content.splitlines())


class Raw:
    """What the raw JSON of a log says."""

    def __init__(self, path: Path) -> None:
        self.events = list(raw_events(path))
        settings = self.of("EnvironmentUpdate")[0]["Spark Properties"]
        self.local = settings["spark.master"].startswith("local[") if "spark.master" in settings else False
        self.added = {e["Executor ID"]: e for e in self.of("ExecutorAdded") if e["Executor ID"] != "driver"}
        self.removed = {e["Executor ID"]: e["Timestamp"] for e in self.of("ExecutorRemoved")}
        self.settings = settings

    def of(self, name: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["Event"] == f"SparkListener{name}"]

    @property
    def version(self) -> str | None:
        return next((e["Spark Version"] for e in self.of("LogStart")), None)

    @property
    def ok(self) -> bool:
        results = [e["Job Result"]["Result"] for e in self.of("JobEnd")]
        return len(results) == len(self.of("JobStart")) > 0 and set(results) == {"JobSucceeded"}

    @property
    def window(self) -> tuple[int, int]:
        starts = [e["Submission Time"] for e in self.of("JobStart") if "Submission Time" in e]
        ends = [e["Completion Time"] for e in self.of("JobEnd") if "Completion Time" in e]
        if not starts:
            stages = [e["Stage Info"] for e in self.of("StageCompleted")]
            starts, ends = [s["Submission Time"] for s in stages], [s["Completion Time"] for s in stages]
        return min(starts), max(ends)

    @property
    def executors(self) -> int:
        if self.local and not self.added:
            return 1
        if self.settings.get("spark.dynamicAllocation.enabled") != "true":
            return len(self.added)
        start, end = self.window
        moments = range(start, end, 10)  # counted every 10 ms
        there = [
            sum(a["Timestamp"] <= t < self.removed.get(name, end) for name, a in self.added.items()) for t in moments
        ]
        return round(sum(there) / len(there))

    @property
    def cores(self) -> int | None:
        every = [e["Executor Info"]["Total Cores"] for e in self.of("ExecutorAdded")]
        return max(every, default=None)

    @property
    def memory_gb(self) -> float | None:
        profiles = [e["Executor Resource Requests"] for e in self.of("ResourceProfileAdded")]
        mib = next((p["memory"]["Amount"] for p in profiles if "memory" in p), None)
        if self.local and not self.added:
            mib = None
        if mib is None:
            text = self.settings.get("spark.driver.memory" if self.local else "spark.executor.memory", "")
            size = re.fullmatch(r"(\d+)([gm])", text.lower())
            mib = int(size[1]) * {"g": 1024, "m": 1}[size[2]] if size else None
        return None if mib is None else mib / 1024


def previewed(path: Path) -> Preview:
    [found] = preview(path)
    assert isinstance(found, Preview)
    return found


@pytest.mark.parametrize("name", LOGS)
def test_a_log_says_what_its_json_says(name: str) -> None:
    raw, found = Raw(LOGS[name]), previewed(LOGS[name])
    row = found.run.row
    assert row["spark_version"] == raw.version
    assert found.codec == ("zstd" if "zstd" in name or LOGS[name].is_dir() else "none")
    assert found.run.tasks == len(raw.of("TaskEnd"))
    assert (row["num_executors"], row["executor_cores"]) == (raw.executors, raw.cores)
    assert row["executor_memory_gb"] == raw.memory_gb
    if not raw.of("JobStart"):
        assert (row["status"], row["completion_time_s"]) == (None, None)
        assert "ran no Spark job" in str(found.run.refusal)
        return
    assert (row["status"] == "ok") is raw.ok
    start, end = raw.window
    assert row["completion_time_s"] == ((end - start) / 1000 if raw.ok else None)


@pytest.mark.parametrize("name", LOGS)
def test_what_a_log_does_not_say_is_listed(name: str) -> None:
    run = previewed(LOGS[name]).run
    known_by_some = {"num_executors", "executor_cores", "executor_memory_gb", "spark_version"}
    assert {column for column in known_by_some if run.row[column] is None} == set(run.unknown)
    assert all(run.unknown.values()), "each with its reason"


def test_every_log_is_imported_or_refused_with_a_reason(store: Store) -> None:
    outcomes = {outcome.name: outcome for outcome in store.eventlogs.add(DATA, GIVEN)}
    assert set(outcomes) == set(LOGS)
    refused = {name for name, outcome in outcomes.items() if isinstance(outcome, Refused)}
    assert refused == {name for name, path in LOGS.items() if not Raw(path).of("JobStart")}
    runs = store.runs.load()
    assert len(runs) == len(LOGS) - len(refused)
    assert set(runs["origin"]) == {"uploaded"}
    stored_tasks = sum(len(store.runs.tasks(run_id)) for run_id in runs["run_id"])
    assert stored_tasks == sum(len(Raw(LOGS[name]).of("TaskEnd")) for name in set(LOGS) - refused)


def test_all_of_them_again_add_nothing_and_say_so(store: Store) -> None:
    folder = DATA / "nvidia"
    store.eventlogs.add(folder, GIVEN)
    again = store.eventlogs.add(folder, GIVEN)
    assert [(one.added, one.already_there) for one in again if isinstance(one, Imported)] == [(0, 1)] * 5
    assert all("the same file was imported" in one.notes[0] for one in again if isinstance(one, Imported))
    assert len(store.uploads.load()) == 5


def test_the_document_is_up_to_date() -> None:
    assert (ROOT / "docs" / "eventlogs.md").read_text(encoding="utf-8") == document(DATA)
