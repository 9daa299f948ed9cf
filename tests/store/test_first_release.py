"""What the first release stored is all there."""

from __future__ import annotations

from pathlib import Path

from store import open_store
from store.database.migrations import MIGRATIONS, migrate
from tests.store.first_release import SAID, unpack

MEASURED = "9c2f5c8e-3f0b-4e55-8e6f-6b0a3f0c1d2e"


def test_a_home_of_the_first_release_opens_with_everything(tmp_path: Path) -> None:
    store = open_store(unpack(tmp_path))
    runs = store.runs.load()
    assert sorted(runs["run_id"]) == SAID["run_ids"]
    assert runs["completion_time_s"].gt(0).all()
    assert store.runs.tasks(MEASURED)["task_id"].tolist() == [0, 1, 2]
    assert store.runs.executors(MEASURED)["cores"].tolist() == [2]
    assert store.uploads.load()[["name", "rows", "left_out"]].to_numpy().tolist() == [["runs.csv", 27, 0]]
    assert store.clusters.load()["currency"].tolist() == ["USD"]
    assert store.campaigns.get("first") == {"repeats": 3}
    assert store.registry.load()["aliases"].tolist() == [["champion"]] * 3
    assert store.verify() == (3, [])


def test_its_schema_is_brought_up_to_date_once(tmp_path: Path) -> None:
    home = unpack(tmp_path)
    store = open_store(home)
    assert migrate(store.runs._database) == []
    assert store.uploads.undo(store.uploads.load()["upload_id"][0], force=True).removed == 27
    assert open_store(home).runs.load()["run_id"].tolist() == [MEASURED]
    assert len(MIGRATIONS) > 2
