"""Aliases move, go back and remember."""

from __future__ import annotations

import pytest

from store import Store, StoreError, UnknownModelError
from tests.store.registry.versions import NAME, Make, two_versions


def test_the_first_version_is_champion_until_another_is_promoted(store: Store, draft: Make) -> None:
    registry = store.registry
    for number in range(1, 4):
        registry.register(draft(f"f{number}"), b"model %d" % number)
    assert registry.get(NAME).version == 1
    registry.promote(NAME, 3)
    registry.promote(NAME, "v2", alias="candidate")
    assert registry.artefact(NAME, "champion") == b"model 3"
    registry.promote(NAME, 1)
    assert {ref: registry.get(NAME, ref).version for ref in ("champion", "candidate", "latest", "v3", 2)} == {
        "champion": 1,
        "candidate": 2,
        "latest": 3,
        "v3": 3,
        2: 2,
    }
    history = registry.alias_history(NAME)
    assert list(zip(history["alias"], history["version"], strict=True)) == [
        ("champion", 1),
        ("champion", 3),
        ("candidate", 2),
        ("champion", 1),
    ]
    assert registry.load()["aliases"].tolist() == [["champion"], ["candidate"], []]


@pytest.mark.parametrize("alias", ["latest", "v3", "3", "", " champion", "a\nb", "x" * 101])
def test_reserved_and_unusable_aliases(store: Store, draft: Make, alias: str) -> None:
    store.registry.register(draft(), b"model")
    with pytest.raises(StoreError, match="alias"):
        store.registry.promote(NAME, 1, alias)
    assert store.registry.alias_history(NAME)["alias"].tolist() == ["champion"]


def test_an_alias_rolls_back_to_where_it_pointed_before(store: Store, draft: Make) -> None:
    two_versions(store, draft)
    with pytest.raises(StoreError, match="champion pointed at no other version before v1"):
        store.registry.roll_back(NAME)
    store.registry.promote(NAME, 2)
    assert store.registry.roll_back(NAME) == 1
    assert store.registry.get(NAME).version == 1
    assert store.registry.alias_history(NAME)["version"].tolist() == [1, 2, 1]


def test_rolling_back_again_goes_further_back_and_never_to_what_is_archived(store: Store, draft: Make) -> None:
    for number in range(1, 6):
        store.registry.register(draft(f"f{number}"), b"model %d" % number)
        store.registry.promote(NAME, number)
    store.registry.archive(NAME, 3)
    assert store.registry.previous(NAME) == 4
    assert [store.registry.roll_back(NAME) for _ in range(3)] == [4, 2, 1]
    with pytest.raises(StoreError, match="pointed at no other version before v1 that is not archived"):
        store.registry.roll_back(NAME)
    store.registry.promote(NAME, 5)
    assert store.registry.roll_back(NAME) == 1


def test_a_removed_alias_is_gone_and_remembered(store: Store, draft: Make) -> None:
    two_versions(store, draft)
    store.registry.promote(NAME, 2, "canary")
    store.registry.remove_alias(NAME, "canary")
    with pytest.raises(UnknownModelError, match="no alias 'canary'"):
        store.registry.get(NAME, "canary")
    assert store.registry.alias_history(NAME)["version"].tolist() == [1, 2, 0]
    store.registry.archive(NAME, 2)
    with pytest.raises(StoreError, match="is what the app uses"):
        store.registry.remove_alias(NAME, "champion")
