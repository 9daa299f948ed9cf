"""What the tests of the registry share: a model's name, and versions of it, whole and damaged."""

from __future__ import annotations

from collections.abc import Callable

import duckdb

from store import ModelDraft, Store

NAME = "resnet50@lab/4-2"
Make = Callable[..., ModelDraft]


def two_versions(store: Store, draft: Make) -> None:
    store.registry.register(draft("f1"), b"first")
    store.registry.register(draft("f2", seed=8, params={"alpha": 0.5}), b"second")


def change(store: Store, sql: str) -> None:
    with duckdb.connect(str(store.home.database)) as connection:
        connection.execute(sql)


def damage(store: Store, version: int = 1) -> None:
    digest = store.registry.get(NAME, version).artefact_sha256
    (store.home.artifacts / digest[:2] / digest).write_bytes(b"damaged")
