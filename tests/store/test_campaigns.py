from __future__ import annotations

import pytest

from store import Store, StoreError


def test_a_plan_is_kept_and_replaced_by_name(store: Store) -> None:
    store.campaigns.put("night", {"executors": [1]})
    store.campaigns.put("night", {"executors": [1, 2]})
    store.campaigns.put("day", {})
    assert store.campaigns.get("night") == {"executors": [1, 2]}
    assert store.campaigns.get("never") is None
    loaded = store.campaigns.load()
    assert loaded["name"].tolist() == ["day", "night"]
    assert (loaded["changed_at"] >= loaded["created_at"]).all()
    assert str(loaded["changed_at"].dt.tz) == "UTC"


def test_plans_that_cannot_be_kept(store: Store) -> None:
    with pytest.raises(StoreError, match="campaign name"):
        store.campaigns.put(" night", {})
    with pytest.raises(StoreError, match="cannot be stored as JSON"):
        store.campaigns.put("night", {"x": float("nan")})
    assert store.campaigns.load().empty
