from __future__ import annotations

from pathlib import Path

import pytest

from perfmodel import catalog
from store import open_store

# Made once and used by several modules, which therefore run in one process, one after the other.
SHARED = ("campaign", "networks", "demo_home")


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tell the processes of `make test` what belongs together: a module, and modules that share something expensive."""
    groups = {module_of(item): name for item in items for name in SHARED if name in getattr(item, "fixturenames", ())}
    for item in items:
        item.add_marker(pytest.mark.xdist_group(groups.get(module_of(item), module_of(item))))


def module_of(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with all demo runs, and fitted models of one reconstructed and one measured pair. Do not write to it."""
    home = tmp_path_factory.mktemp("demo")
    store = open_store(home)
    pairs = catalog.add_demo_runs(store)
    for application, cluster in pairs:
        if application == "resnet50":
            assert all(
                not outcome.refused for outcome in catalog.fit(store, application, cluster, catalog.FIRST_SCENARIOS)
            )
    return home
