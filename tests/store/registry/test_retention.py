"""Versions are put aside and brought back; bytes go when nobody needs them."""

from __future__ import annotations

from typing import Any

import pytest

from store import ArtefactError, Store, StoreError
from store.registry import registration, retention
from tests.store.registry.versions import NAME, Make, two_versions


def test_an_archived_version_is_out_of_sight_until_it_is_restored(store: Store, draft: Make) -> None:
    two_versions(store, draft)
    store.registry.archive(NAME, 2)
    assert store.registry.load()["version"].tolist() == [1]
    everything = store.registry.load(archived=True)
    assert everything["archived_at"].notna().tolist() == [False, True]
    with pytest.raises(StoreError, match="v2 is archived; restore it before an alias points there"):
        store.registry.promote(NAME, 2)
    store.registry.restore(NAME, 2)
    assert store.registry.load()["version"].tolist() == [1, 2]


@pytest.mark.parametrize("act", ["archive", "purge"])
def test_what_an_alias_points_at_stays(store: Store, draft: Make, act: str) -> None:
    store.registry.register(draft(), b"model")
    with pytest.raises(StoreError, match="v1 is champion; let the alias point elsewhere first"):
        getattr(store.registry, act)(NAME, 1)
    assert store.registry.artefact(NAME) == b"model"


def test_registering_an_archived_version_again_brings_it_back(store: Store, draft: Make) -> None:
    two_versions(store, draft)
    store.registry.archive(NAME, 2)
    assert store.registry.register(draft("f2"), b"second").version == 2
    assert store.registry.load()["version"].tolist() == [1, 2]


def test_purging_frees_the_bytes_and_keeps_the_lineage(store: Store, draft: Make) -> None:
    two_versions(store, draft)
    with pytest.raises(StoreError, match="v2 is not archived; archive it first"):
        store.registry.purge(NAME, 2)
    store.registry.archive(NAME, 2)
    assert store.registry.purge(NAME, 2) == len(b"second")
    assert store.registry.get(NAME, 2).training_run_ids == ("a", "b")
    with pytest.raises(ArtefactError, match="its bytes were purged on"):
        store.registry.artefact(NAME, 2)
    with pytest.raises(StoreError, match="was purged: its bytes are gone"):
        store.registry.restore(NAME, 2)
    again = store.registry.register(draft("f2", seed=8, params={"alpha": 0.5}), b"second")
    assert (again.version, again.created) == (3, True)
    assert store.registry.artefact(NAME, 3) == b"second"


def test_bytes_that_two_versions_share_survive_the_purge_of_one(store: Store, draft: Make) -> None:
    store.registry.register(draft("f1"), b"same")
    store.registry.register(draft("f2"), b"same")
    store.registry.archive(NAME, 2)
    assert store.registry.purge(NAME, 2) == 0
    assert store.registry.artefact(NAME, 1) == b"same"


def test_bytes_that_are_registered_again_while_they_are_purged_stay(
    store: Store, draft: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_versions(store, draft)
    store.registry.archive(NAME, 2)
    needed = retention.is_needed

    def late(connection: Any, digest: str) -> bool:
        monkeypatch.undo()
        connection.execute("COMMIT")  # another writer comes in between
        registration.insert(connection, draft("f3"), digest, 6)
        connection.execute("BEGIN TRANSACTION")
        return needed(connection, digest)

    monkeypatch.setattr(retention, "is_needed", late)
    assert store.registry.purge(NAME, 2) == 0
    assert store.registry.artefact(NAME, 3) == b"second"
