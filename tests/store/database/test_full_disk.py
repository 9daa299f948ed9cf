"""A disk that is full: it is said, nothing is stored by halves, and afterwards all goes on."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from store import RunRecord, Store, StoreUnusableError, open_store

Make = Callable[..., dict[str, Any]]
Csv = Callable[..., bytes]
TASKS = [{"task_id": number, "reason": f"{number:050}"} for number in range(20_000)]


@contextmanager
def no_file_beyond(size: int) -> Iterator[None]:
    """No file of this process grows beyond `size` bytes: what a full disk does, without being root."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def small(store: Store, run: Make) -> Store:
    store.runs.add_records([RunRecord(run(repeat=1), [{"task_id": 1}])])
    return store


def state(home: Path) -> tuple[list[int], int, list[str]]:
    store = open_store(home)
    return sorted(store.runs.load()["repeat"]), len(store.runs.all_tasks()), store.verify()[1]


def test_a_run_that_does_not_fit_is_not_stored_at_all(small: Store, run: Make) -> None:
    size = small.home.database.stat().st_size
    with no_file_beyond(size), pytest.raises(StoreUnusableError, match=r"the disk is full, nothing was stored"):
        small.runs.add_records([RunRecord(run(repeat=2), TASKS)])
    assert state(small.home.root) == ([1], 1, [])
    small.runs.add_records([RunRecord(run(repeat=2), TASKS)])
    assert state(small.home.root) == ([1, 2], 20_001, [])


def test_an_upload_that_does_not_fit_is_not_stored_at_all(small: Store, csv_of: Csv) -> None:
    content = csv_of(*({"repeat": number, "campaign": f"c{number:050}"} for number in range(2, 4_000)))
    with no_file_beyond(100_000), pytest.raises(StoreUnusableError, match="File too large"):
        small.imports.add(content, "runs.csv")
    assert state(small.home.root) == ([1], 1, [])
    assert small.uploads.load().empty


def test_an_inbox_without_room_is_an_error(small: Store, run: Make) -> None:
    with no_file_beyond(1_000), pytest.raises(StoreUnusableError, match=r"cannot write .*File too large"):
        small.inbox.put(RunRecord(run(repeat=2), TASKS[:100]))
    assert list(small.home.inbox.iterdir()) == []


def test_tasks_that_do_not_fit_stay_in_the_database(small: Store, run: Make) -> None:
    small.runs.add_records([RunRecord(run(repeat=2), TASKS)])
    with no_file_beyond(1_000), pytest.raises(StoreUnusableError, match="the disk is full"):
        small.task_files.compact(timedelta(0))
    assert state(small.home.root) == ([1, 2], 20_001, [])


def test_a_snapshot_without_room_leaves_nothing(small: Store) -> None:
    with no_file_beyond(10_000), pytest.raises(StoreUnusableError, match="the disk is full"):
        small.snapshots.make()
    assert list(small.home.snapshots.iterdir()) == []
    small.snapshots.make()
