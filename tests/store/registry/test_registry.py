"""Versions never change, bytes are checked, aliases move and remember."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC
from typing import Any

import duckdb
import numpy as np
import pytest

from store import (
    ArtefactError,
    Metric,
    ModelDraft,
    Registered,
    Store,
    StoreError,
    UnknownModelError,
    cli,
    model_name,
    open_store,
    sha256,
)
from store.__main__ import parser
from store.registry import registration, retention
from tests.commands import give

NAME = "resnet50@lab/4-2"
Make = Callable[..., ModelDraft]


@pytest.fixture
def draft() -> Make:
    def make(fingerprint: str = "f1", **changes: Any) -> ModelDraft:
        values: dict[str, Any] = {
            "application": "resnet50",
            "cluster": "lab",
            "scenario": "4-2",
            "techniques": {"cores": "ridge"},
            "params": {"alpha": np.float64(0.1), "depth": np.int64(3)},
            "seed": 7,
            "schema": {"num_executors": {"unit": "", "range": [1, 4]}},
            "training_run_ids": ["a", "b"],
            "data_sha256": sha256(b"rows"),
            "fingerprint": fingerprint,
            "environment": {"python": "3.11"},
            "metrics": [Metric("accuracy", "paper", 98.5, "percent"), Metric("t1", "", 60.0, "s")],
        }
        return ModelDraft(**{**values, **changes})

    return make


def test_a_version_comes_back_as_it_went_in(store: Store, draft: Make) -> None:
    registered = store.registry.register(draft(), b"model")
    assert (registered.version, registered.created) == (1, True)
    found = store.registry.get(NAME)
    assert found.params == {"alpha": 0.1, "depth": 3}
    assert found.schema == {"num_executors": {"unit": "", "range": [1, 4]}}
    assert found.training_run_ids == ("a", "b")
    assert (found.seed, found.data_sha256) == (7, sha256(b"rows"))
    assert (found.artefact_sha256, found.artefact_bytes) == (sha256(b"model"), 5)
    assert (found.aliases, found.created_at.tzinfo) == (("champion",), UTC)
    assert store.registry.artefact(NAME) == b"model"
    assert store.registry.metrics(NAME, 1).to_dict(orient="records") == [
        {"metric": "accuracy", "protocol": "paper", "value": 98.5, "unit": "percent"},
        {"metric": "t1", "protocol": "", "value": 60.0, "unit": "s"},
    ]


def test_the_same_model_again_is_the_same_version(store: Store, draft: Make) -> None:
    store.registry.register(draft(), b"model")
    again = store.registry.register(draft(), b"model")
    assert (again.version, again.created) == (1, False)
    assert len(store.registry.load()) == 1
    found = store.registry.find("f1")
    assert found is not None
    assert found.version == 1
    assert store.registry.find("unknown") is None


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


@pytest.mark.parametrize(
    ("name", "ref", "words"),
    [
        ("nobody@lab/1", "champion", "no model is called"),
        (NAME, "v9", "has no version 9; it has 1 to 1"),
        (NAME, 0, "has no version 0"),
        (NAME, "' OR 1=1 --", "has no alias"),
    ],
)
def test_what_is_not_there_is_named(store: Store, draft: Make, name: str, ref: Any, words: str) -> None:
    store.registry.register(draft(), b"model")
    with pytest.raises(UnknownModelError, match=words):
        store.registry.get(name, ref)


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


def damage(store: Store, version: int = 1) -> None:
    digest = store.registry.get(NAME, version).artefact_sha256
    (store.home.artifacts / digest[:2] / digest).write_bytes(b"damaged")


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


def test_registering_an_archived_version_again_brings_it_back(store: Store, draft: Make) -> None:
    two_versions(store, draft)
    store.registry.archive(NAME, 2)
    assert store.registry.register(draft("f2"), b"second").version == 2
    assert store.registry.load()["version"].tolist() == [1, 2]


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


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"application": ""}, "application name"),
        ({"params": {"alpha": float("nan")}}, "params cannot be stored"),
        ({"schema": {"x": object()}}, "schema cannot be stored"),
        ({"metrics": [Metric("mape", "", float("inf"), "percent")]}, "metric mape"),
        ({"metrics": [Metric("mape", "", 1.0, "percent")] * 2}, "twice"),
        ({"fingerprint": ""}, "fingerprint"),
    ],
)
def test_drafts_that_cannot_be_versions(store: Store, draft: Make, change: Any, words: str) -> None:
    with pytest.raises(StoreError, match=words):
        store.registry.register(draft(**change), b"model")
    assert store.registry.load().empty


def test_names_with_the_separators_do_not_collide() -> None:
    assert model_name("resnet50", "lab", "4-2") == NAME
    assert model_name("a@b", "c", "s") != model_name("a", "b@c", "s")
    assert model_name("a", "b/c", "s") != model_name("a", "b", "c/s")


def test_load_filters_and_counts(store: Store, draft: Make) -> None:
    assert store.registry.load().empty
    store.registry.register(draft(), b"model")
    store.registry.register(draft(cluster="'; DROP TABLE models; --"), b"model")
    assert store.registry.load(cluster="lab")["training_runs"].tolist() == [2]
    assert len(store.registry.load(application="resnet50")) == 2
    assert store.registry.load(application="nobody").empty


def test_sixteen_writers_get_versions_one_to_sixteen(store: Store, draft: Make) -> None:
    def register(number: int) -> int:
        mine = open_store(store.home.root)
        return mine.registry.register(draft(f"f{number}"), b"model %d" % number).version

    with ThreadPoolExecutor(16) as pool:
        versions = list(pool.map(register, range(16)))
    assert sorted(versions) == list(range(1, 17))
    for number, version in enumerate(versions):
        assert store.registry.artefact(NAME, version) == b"model %d" % number
    assert store.registry.alias_history(NAME)["version"].tolist() == [1]


def test_sixteen_writers_of_one_model_make_one_version(store: Store, draft: Make) -> None:
    with ThreadPoolExecutor(16) as pool:
        made = list(pool.map(lambda _: store.registry.register(draft(), b"model"), range(16)))
    assert {one.version for one in made} == {1}
    assert sum(one.created for one in made) == 1


def two_versions(store: Store, draft: Make) -> None:
    store.registry.register(draft("f1"), b"first")
    store.registry.register(draft("f2", seed=8, params={"alpha": 0.5}), b"second")


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


def test_two_versions_are_compared_field_by_field(store: Store, draft: Make) -> None:
    store.registry.register(draft("f1"), b"first")
    better = [Metric("accuracy", "paper", 99.5, "percent"), Metric("t1", "", 60.0, "s")]
    store.registry.register(draft("f2", params={"alpha": 0.5, "depth": 3}, metrics=better), b"other!")
    store.registry.register(draft("f3", training_run_ids=["b", "c", "d"], schema=schema("GiB")), b"third")
    store.registry.register(draft("f4", schema=schema("MiB")), b"fourth")
    runs = store.registry.compare(NAME, 1, 3).set_index("field").loc["training runs of its own"]
    assert runs.tolist() == ["1 that v3 has not", "2 that v1 has not"]
    features = store.registry.compare(NAME, 3, 4).set_index("field").loc["feature.memory"]
    assert [feature["unit"] for feature in features] == ["GiB", "MiB"]
    found = store.registry.compare(NAME, 1, 2).set_index("field")
    assert found.loc["artefact_sha256"].tolist() == [sha256(b"first"), sha256(b"other!")]
    assert found.loc["params.alpha"].tolist() == [0.1, 0.5]
    assert found.loc["accuracy (paper)"].tolist() == [98.5, 99.5]
    assert not {"params.depth", "t1", "seed", "training runs of its own"} & set(found.index)


def schema(unit: str) -> dict[str, Any]:
    return {"features": [{"name": "memory", "column": "executor_memory_gb", "unit": unit}]}


def change(store: Store, sql: str) -> None:
    with duckdb.connect(str(store.home.database)) as connection:
        connection.execute(sql)


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


def test_every_act_says_what_it_did_as_json(store: Store, draft: Make) -> None:
    def said(*arguments: str) -> Any:
        home = ("--home", str(store.home.root), "--json")
        return json.loads(give(lambda argv: cli.run(parser(), argv), *arguments, *home).stdout)

    two_versions(store, draft)
    assert said("promote", NAME, "latest") == {"name": NAME, "alias": "champion", "version": 2}
    assert said("roll-back", NAME) == {"name": NAME, "alias": "champion", "version": 1}
    assert said("archive", NAME, "latest") == {"name": NAME, "version": 2}
    assert said("restore", NAME, "2") == {"name": NAME, "version": 2}
    said("promote", NAME, "1", "--alias", "mine")
    assert said("remove-alias", NAME, "mine") == {"name": NAME, "alias": "mine"}
    said("archive", NAME, "2")
    assert said("purge", NAME, "2") == {"name": NAME, "version": 2, "freed_bytes": 6}
    lost = f"{NAME} v1: 2 of the 2 runs that it was trained on are no longer in the store"
    assert lost in said("verify")["problems"]


def test_the_figures_of_all_versions_come_at_once(store: Store, draft: Make) -> None:
    store.registry.register(draft(), b"model")
    store.registry.register(draft("f2", metrics=[Metric("accuracy", "paper", 99.0, "percent")]), b"other")
    store.registry.register(draft("f3", application="vgg"), b"third")
    store.registry.archive(NAME, 2)
    figures = store.registry.figures("resnet50", "lab")
    rows = figures[["name", "version", "metric", "value"]].values.tolist()
    assert rows == [[NAME, 1, "accuracy", 98.5], [NAME, 1, "t1", 60.0], [NAME, 2, "accuracy", 99.0]]
    assert set(store.registry.figures()["name"]) == {NAME, "vgg@lab/4-2"}
