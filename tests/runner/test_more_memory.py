"""A campaign that runs out of memory goes on with more, for real."""

from __future__ import annotations

import json
from pathlib import Path

from runner.report import make_report
from store import open_store
from tests.runner.helpers import run_profile


def test_after_an_oom_the_next_run_has_a_gibibyte_more(tmp_path: Path) -> None:
    # 300 decoded images on the heap are more than 512 MiB hold, and fit 1.5 GiB.
    done = run_profile(
        *(tmp_path, "--memory-regime", "heap", "--memory", "512m", "--executors", "1", "--campaign", "c"),
        *("--application", "resnet50", "--images-per-partition", "300", "--synthetic", "300"),
        *("--repeats", "2", "--limit-runs", "2"),
    )
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    # One planned run was skipped; the other, and both with more memory, are what there is to run.
    assert {name: summary[name] for name in ("planned", "ok", "failed", "left", "skipped")} == {
        "planned": 3,
        "ok": 1,
        "failed": 1,
        "left": 1,
        "skipped": 1,
    }
    store = open_store(tmp_path)
    runs = store.runs.load().sort_values("started_at")
    assert runs["executor_memory_gb"].tolist() == [0.5, 1.5]
    assert runs["failure_kind"].tolist() == ["oom_heap", None]
    assert runs["repeat"].tolist() == [1, 1]
    (safe,) = make_report(store, "c").safe_memory
    assert (safe.images_per_partition, safe.executor_cores, safe.safe_gib, safe.lacking_gib) == (300, 1, 1.5, 0.5)
    (skipped,) = (store.campaigns.get("c") or {})["skipped"]
    assert (skipped["run"]["repeat"], skipped["run"]["configuration"]["executor_memory_mib"]) == (2, 512)
    assert skipped["reason"].startswith("below the least memory: 300 images per partition on 1 cores need 1.5 GiB")
