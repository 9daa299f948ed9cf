"""Bytes and records that were changed are noticed, never used, and repaired."""

from __future__ import annotations

import pytest

from store import ArtefactError, Registered, Store, sha256
from tests.store.registry.versions import NAME, Make, change, damage, two_versions


def test_bytes_that_were_changed_are_never_handed_out(store: Store, draft: Make) -> None:
    store.registry.register(draft(), b"model")
    digest = sha256(b"model")
    [path] = [path for path in store.home.artifacts.rglob("*") if path.is_file()]
    assert path.name == digest
    path.write_bytes(b"mXdel")
    with pytest.raises(ArtefactError, match=r"v1: .* was changed.*fit the model again"):
        store.registry.artefact(NAME)
    path.unlink()
    with pytest.raises(ArtefactError, match="is missing"):
        store.registry.artefact(NAME)


def test_registering_the_same_bytes_repairs_a_damaged_artefact(store: Store, draft: Make) -> None:
    store.registry.register(draft(), b"model")
    [path] = [path for path in store.home.artifacts.rglob("*") if path.is_file()]
    path.write_bytes(b"damaged")
    store.registry.register(draft("f2"), b"model")
    assert store.registry.artefact(NAME, "v1") == b"model"


def test_fitting_a_damaged_version_again_brings_its_bytes_back(store: Store, draft: Make) -> None:
    store.registry.register(draft(), b"model")
    damage(store)
    again = store.registry.register(draft(), b"model")
    assert (again.version, again.created) == (1, False)
    assert store.registry.artefact(NAME) == b"model"


@pytest.mark.parametrize("broken", ["bytes", "record"])
def test_a_fit_with_other_bytes_stands_in_for_a_damaged_champion(store: Store, draft: Make, broken: str) -> None:
    two_versions(store, draft)
    store.registry.promote(NAME, 1, "mine")
    damage(store) if broken == "bytes" else change(store, "UPDATE models SET seed = 9 WHERE version = 1")
    again = store.registry.register(draft("f1"), b"first in other bytes")
    assert (again.version, again.created) == (3, True)
    assert store.registry.artefact(NAME) == b"first in other bytes"
    assert store.registry.get(NAME, 3).aliases == ("champion", "mine")
    assert store.registry.load()["version"].tolist() == [2, 3]
    store.registry.purge(NAME, 1)
    assert store.registry.register(draft("f1"), b"whatever") == Registered(3, created=False)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE models SET params = '{\"alpha\": 9}'",
        "UPDATE models SET training_run_ids = ['a']",
        "UPDATE metrics SET value = 100 WHERE metric = 'accuracy'",
        "DELETE FROM metrics",
    ],
)
def test_a_record_that_was_changed_is_noticed_before_the_bytes_are_used(store: Store, draft: Make, sql: str) -> None:
    store.registry.register(draft(), b"model")
    change(store, sql)
    with pytest.raises(ArtefactError, match="its record in the database was changed"):
        store.registry.artefact(NAME)


def test_a_version_from_before_there_were_seals_still_loads(store: Store, draft: Make) -> None:
    store.registry.register(draft(), b"model")
    change(store, "UPDATE models SET seal = NULL, seed = 99")
    with pytest.raises(ArtefactError, match="its record in the database was changed"):
        store.registry.artefact(NAME)  # a younger one has lost its seal
    change(store, "UPDATE models SET created_at = '2020-01-01'")
    assert store.registry.artefact(NAME) == b"model"


def test_verify_is_content_with_what_is_whole(store: Store, draft: Make) -> None:
    store.registry.register(draft(training_run_ids=[]), b"model")
    assert store.verify() == (1, [])


def test_verify_finds_changed_bytes_changed_records_and_lost_runs(store: Store, draft: Make) -> None:
    two_versions(store, draft)
    digest = store.registry.get(NAME, 1).artefact_sha256
    (store.home.artifacts / digest[:2] / digest).write_bytes(b"malice")
    change(store, "UPDATE models SET seed = 9 WHERE version = 2")
    checked, problems = store.verify()
    assert checked == 2
    assert [text for text in problems if "v1" in text and "was changed: its SHA-256" in text]
    assert f"{NAME} v2: its record in the database was changed after it was registered" in problems
    assert f"{NAME} v2: 2 of the 2 runs that it was trained on are no longer in the store" in problems
    assert len(problems) == 4
