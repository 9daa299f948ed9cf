"""A campaign from outside, without running one."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from runner.background.request import Request
from runner.background.watch import all_progress, current_run, progress_of
from runner.spec import RunSpec
from store import RunRecord, open_store
from tests.runner.rows import row

ASKED = Request("tiny_cnn", "1", "1g", "50", "100", repeats="3", cores="1", synthetic="500", cluster="here")


def spec(folder: Path) -> RunSpec:
    return RunSpec("r", str(folder), "tiny_cnn", [2, 1], 1536, 40, 4, 10, 0, 1, 1.0, 1.0)


def test_how_far_a_campaign_is(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    assert progress_of(store, "c") is None
    assert all_progress(store) == []
    store.campaigns.put("c", ASKED.plan().as_json())
    for repeat, seconds in ((1, 30.0), (2, None)):
        run = row(seconds, repeat=repeat, application="tiny_cnn", settings={"reason": "it broke"})
        store.inbox.put(RunRecord(run | {"started_at": run["started_at"].isoformat()}))
    store.inbox.drain()
    found = progress_of(store, "c")
    assert (found.application, found.cluster) == ("tiny_cnn", "here")
    standing = found.standing
    assert (standing.total, standing.done, standing.failed, standing.left) == (3, 2, 1, 1)
    assert "it broke" in standing.last_failure
    assert found.runs["repeat"].tolist() == [2, 1]
    assert [one.campaign for one in all_progress(store)] == ["c"]


def test_what_runs_now(tmp_path: Path) -> None:
    assert current_run(tmp_path) is None
    folder = tmp_path / "work" / "r"
    folder.mkdir(parents=True)
    (folder / "spec.json").write_text("{", encoding="utf-8")  # being written
    assert current_run(tmp_path) is None
    (folder / "spec.json").write_text(json.dumps(asdict(spec(folder))), encoding="utf-8")
    found = current_run(tmp_path)
    assert found.text == "tiny_cnn: 2 executors (2+1 cores), 1.5 GiB, 40 images in 4 tasks"
    assert found.elapsed_s >= 0
