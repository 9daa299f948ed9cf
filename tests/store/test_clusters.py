from __future__ import annotations

import math
from typing import Any

import pytest

from store import Cluster, Store, StoreError


def test_a_cluster_is_kept_and_replaced_by_name(store: Store) -> None:
    store.clusters.put(Cluster("lab", "two cores", {"cores": 2}))
    cluster = Cluster("lab", "four cores", {"cores": 4, "cpu": "é"}, 0.05, 0.007, "USD")
    store.clusters.put(cluster)
    assert store.clusters.get("lab") == cluster
    assert store.clusters.get("'; DROP TABLE clusters; --") is None
    [row] = store.clusters.load().to_dict(orient="records")
    assert (row["hardware"], row["price_per_core_hour"]) == ({"cores": 4, "cpu": "é"}, 0.05)


def test_a_price_that_is_not_known(store: Store) -> None:
    store.clusters.put(Cluster("lab"))
    found = store.clusters.get("lab")
    assert found is not None
    assert (found.price_per_core_hour, found.currency) == (None, None)
    assert math.isnan(store.clusters.load()["price_per_core_hour"][0])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": ""}, "cluster name"),
        ({"price_per_core_hour": -1.0}, "price_per_core_hour is -1.0"),
        ({"price_per_gib_hour": float("nan")}, "price_per_gib_hour is nan"),
        ({"hardware": {"cpu": object()}}, "hardware cannot be stored"),
    ],
)
def test_clusters_that_make_no_sense(store: Store, change: dict[str, Any], words: str) -> None:
    with pytest.raises(StoreError, match=words):
        store.clusters.put(Cluster(**{"name": "lab", **change}))
    assert store.clusters.load().empty
