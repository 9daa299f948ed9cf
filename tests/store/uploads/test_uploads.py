"""An upload is a record, and is taken back as a whole or not at all."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from store import ModelDraft, RunRecord, Store, StoreError
from store.errors import UploadInUseError
from store.frames import plain_records

Csv = Callable[..., bytes]


def train(store: Store, *run_ids: str) -> None:
    draft = ModelDraft("a", "c", "4-2", {}, {}, 0, {}, run_ids, "d", "f", {})
    store.registry.register(draft, b"model")


def repeats(store: Store) -> list[int]:
    return sorted(store.runs.load()["repeat"])


def test_an_upload_is_a_record(store: Store, csv_of: Csv) -> None:
    store.imports.add(csv_of({}), "runs.csv", by="ann")
    [record] = plain_records(store.uploads.load())
    assert len(record["sha256"]) == 64
    assert record["uploaded_at"].endswith("Z")
    known = {"name": "runs.csv", "rows": 1, "added": 1, "left_out": 0, "uploaded_by": "ann", "undone_at": None}
    assert {name: record[name] for name in known} == known


def test_an_upload_goes_as_a_whole_and_can_come_again(store: Store, csv_of: Csv) -> None:
    store.imports.add(csv_of({"repeat": 9}), "other.csv")
    content = csv_of({"repeat": 1}, {"repeat": 2})
    upload = store.imports.add(content, "runs.csv").upload_id
    undone = store.uploads.undo(upload[:8])
    assert (undone.upload_id, undone.name, undone.removed, undone.kept) == (upload, "runs.csv", 2, 0)
    assert repeats(store) == [9]
    assert store.uploads.load().set_index("upload_id")["undone_at"].notna()[upload], "its record stays"
    assert store.imports.add(content, "again.csv").added == 2
    assert repeats(store) == [1, 2, 9]


def test_runs_that_another_upload_brought_too_stay_until_that_goes(store: Store, csv_of: Csv) -> None:
    first = store.imports.add(csv_of({"repeat": 1}, {"repeat": 2}), "one.csv").upload_id
    second = store.imports.add(csv_of({"repeat": 2}, {"repeat": 3}), "two.csv").upload_id
    third = store.imports.add(csv_of({"repeat": 2}, {"repeat": 4}), "three.csv").upload_id
    undone = store.uploads.undo(first)
    assert (undone.removed, undone.kept) == (1, 1)
    assert repeats(store) == [2, 3, 4]
    assert store.uploads.undo(third).removed == 1
    assert repeats(store) == [2, 3]
    assert store.uploads.undo(second).removed == 2
    assert repeats(store) == []


def test_a_measured_run_is_nobodys_to_take_back(store: Store, csv_of: Csv) -> None:
    store.imports.add(csv_of({}), "runs.csv")
    [run] = store.runs.load().to_dict(orient="records")
    store.uploads.undo(store.uploads.load()["upload_id"][0])
    store.runs.add_records([RunRecord({name: run[name] for name in ("run_id", *_NEEDED)}, [{"task_id": 1}])])
    upload = store.imports.add(csv_of({}), "runs.csv").upload_id
    assert store.uploads.undo(upload).removed == 0
    assert len(store.runs.tasks(run["run_id"])) == 1


_NEEDED = (
    "application",
    "cluster",
    "num_executors",
    "executor_cores",
    "executor_memory_gb",
    "sampling_rate_pct",
    "completion_time_s",
)


def test_runs_that_models_were_trained_on_go_only_by_force(store: Store, csv_of: Csv) -> None:
    upload = store.imports.add(csv_of({"repeat": 1}, {"repeat": 2}), "runs.csv").upload_id
    used, _ = store.runs.load()["run_id"]
    train(store, used, "11111111-1111-1111-1111-111111111111")
    with pytest.raises(UploadInUseError, match=r"runs.csv was not undone: .* \(a@c/4-2 v1\)\. With --force"):
        store.uploads.undo(upload)
    assert repeats(store) == [1, 2]
    assert store.uploads.load()["undone_at"].isna().all()
    undone = store.uploads.undo(upload, force=True)
    assert (undone.removed, undone.models) == (2, ("a@c/4-2 v1",))
    assert used in store.registry.get("a@c/4-2").training_run_ids, "lineage is kept"


@pytest.mark.parametrize("upload", ["", "1", "nothing", "%", "' OR 1=1 --"])
def test_an_upload_that_is_none(store: Store, csv_of: Csv, upload: str) -> None:
    store.imports.add(csv_of({}), "runs.csv")
    with pytest.raises(StoreError, match="is no upload; python -m store uploads"):
        store.uploads.undo(upload)


def test_an_upload_is_undone_once(store: Store, csv_of: Csv) -> None:
    upload = store.imports.add(csv_of({}), "runs.csv").upload_id
    store.uploads.undo(upload)
    with pytest.raises(StoreError, match=r"runs\.csv \(.*\) was undone before, on 20"):
        store.uploads.undo(upload)


def test_whoever_is_refused_can_name_all_models(store: Store, csv_of: Csv) -> None:
    upload = store.imports.add(csv_of({}), "runs.csv").upload_id
    train(store, *store.runs.load()["run_id"])
    with pytest.raises(UploadInUseError) as refused:
        store.uploads.undo(upload)
    assert refused.value.models == ("a@c/4-2 v1",)
