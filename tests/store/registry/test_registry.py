"""Versions never change, and are found, compared and counted."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC
from typing import Any

import pytest

from store import Metric, Store, StoreError, UnknownModelError, cli, model_name, open_store, sha256
from store.__main__ import parser
from tests.commands import give
from tests.store.registry.versions import NAME, Make, two_versions


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
