"""Measurements that are no runs."""

from __future__ import annotations

import pytest

from store.errors import StoreError


def test_each_is_kept_under_its_kind_and_name(store):
    assert store.measurements.add("layers", "here", {"rows": [1.5]}) == 1
    assert store.measurements.add("layers", "here", {"rows": [2.5]}) == 2
    assert store.measurements.add("layers", "there", {"rows": []}) == 1
    found = store.measurements.load("layers")
    assert found["name"].tolist() == ["here", "here", "there"]
    assert found["number"].tolist() == [1, 2, 1]
    assert found["content"].tolist() == [{"rows": [1.5]}, {"rows": [2.5]}, {"rows": []}]
    assert str(found["measured_at"].dt.tz) == "UTC"
    assert store.measurements.load("trial").empty


def test_numbers_of_their_own_are_stored_once(store):
    store.measurements.put("trial", "study", {0: {"accuracy": 1.0}, 3: {"accuracy": 2.0}})
    store.measurements.put("trial", "study", {3: {"accuracy": 9.0}, 4: {"accuracy": 3.0}})
    found = store.measurements.load("trial", "study")
    assert dict(zip(found["number"], found["content"], strict=True)) == {
        0: {"accuracy": 1.0}, 3: {"accuracy": 2.0}, 4: {"accuracy": 3.0}
    }  # fmt: skip


def test_those_of_a_name_are_replaced_as_a_whole(store):
    store.measurements.put("trial", "study", {0: {"accuracy": 1.0}, 3: {"accuracy": 2.0}})
    store.measurements.put("trial", "other", {0: {"accuracy": 4.0}})
    store.measurements.replace("trial", "study", {0: {"accuracy": 9.0}, 1: {"accuracy": 3.0}})
    found = store.measurements.load("trial")
    assert found["name"].tolist() == ["other", "study", "study"]
    assert found["content"].tolist() == [{"accuracy": 4.0}, {"accuracy": 9.0}, {"accuracy": 3.0}]


def test_what_json_cannot_hold_is_refused(store):
    with pytest.raises(StoreError, match="trial study cannot be stored as JSON"):
        store.measurements.add("trial", "study", {"loss": float("nan")})
    with pytest.raises(StoreError, match="trial name"):
        store.measurements.add("trial", " ", {})
