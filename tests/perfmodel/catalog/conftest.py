from __future__ import annotations

import pytest

from store import open_store


@pytest.fixture
def store(tmp_path, grid_runs):
    store = open_store(tmp_path)
    store.runs.add(grid_runs.assign(application="tiny", cluster="test", origin="measured"))
    return store
