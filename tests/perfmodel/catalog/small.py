"""A small pair of application and cluster, and its fit."""

from __future__ import annotations

from perfmodel import catalog

PAIR = ("tiny", "test")


def fit(store, scenarios=("baseline", "4-2")):
    return list(catalog.fit(store, *PAIR, scenarios, techniques=("lasso", "ridge")))
