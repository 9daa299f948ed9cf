"""Runs as people look through them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from store import RunRecord, Store, StoreError
from store.runs.selection import SORTABLE, Order, Selection

Run = Callable[..., dict[str, Any]]


@pytest.fixture
def full(store: Store, run: Run) -> Store:
    """Five runs: four good ones of two applications, repeats 1 to 4, and one that ran out of memory."""
    good = [
        run(
            repeat=n,
            completion_time_s=10.0 * n,
            campaign="May" if n > 2 else None,
            application="vgg" if n == 4 else "a",
        )
        for n in range(1, 5)
    ]
    failed = run(repeat=5, status="oom", failure_kind="oom_heap", completion_time_s=None, origin="measured")
    store.runs.add_records([RunRecord(one) for one in [*good, failed]])
    return store


def repeats(store: Store, selection: Selection, **order: Any) -> list[int]:
    return store.runs.page(selection, Order("repeat", descending=False), **order)["repeat"].tolist()


@pytest.mark.parametrize(
    ("selection", "found"),
    [
        (Selection(), [1, 2, 3, 4, 5]),
        (Selection(application="vgg"), [4]),
        (Selection(cluster="nowhere"), []),
        (Selection(statuses=("oom", "failed")), [5]),
        (Selection(origins=("measured",)), [5]),
        (Selection(campaigns=("May",)), [3, 4]),
        (Selection(words="OOM_Heap"), [5]),
        (Selection(words="%"), []),
        (Selection(run_ids=()), []),
        (Selection(application="a", campaigns=("May",), statuses=("ok",)), [3]),
    ],
)
def test_only_what_passes_is_found_and_counted(full: Store, selection: Selection, found: list[int]) -> None:
    assert repeats(full, selection) == found
    assert full.runs.counts(selection)["runs"].sum() == len(found)


def test_a_page_is_a_part_and_the_pages_are_the_whole(full: Store) -> None:
    assert repeats(full, Selection(), first=0, most=2) == [1, 2]
    assert repeats(full, Selection(), first=4, most=2) == [5]


def test_runs_are_found_by_their_ids(full: Store) -> None:
    [run_id] = full.runs.load(status="oom")["run_id"]
    assert repeats(full, Selection(run_ids=(run_id, "no run's id"))) == [5]
    assert repeats(full, Selection(words=run_id[:13])) == [5]


@pytest.mark.parametrize("descending", [False, True])
def test_runs_without_a_value_come_last(full: Store, descending: bool) -> None:
    page = full.runs.page(Selection(), Order("completion_time_s", descending))
    assert page["repeat"].tolist() == ([4, 3, 2, 1, 5] if descending else [1, 2, 3, 4, 5])


def test_every_column_sorts_and_nothing_else_does(full: Store) -> None:
    for column in SORTABLE:
        assert len(full.runs.page(Selection(), Order(column))) == 5, column
    with pytest.raises(StoreError, match="cannot be sorted by 'repeat; DROP TABLE runs'"):
        full.runs.page(Selection(), Order("repeat; DROP TABLE runs"))


def test_a_page_is_what_load_returns(full: Store) -> None:
    page, loaded = full.runs.page(Selection()), full.runs.load()
    assert page.dtypes.to_dict() == loaded.dtypes.to_dict()
    assert set(page["run_id"]) == set(loaded["run_id"])


def test_campaigns_are_those_that_have_runs(full: Store) -> None:
    assert full.runs.campaigns() == ["May"]
