"""What the executor memory bounds: each regime on a real executor, with too little of it and with enough.

A campaign that runs out of memory goes on with more, for real.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from runner.campaigns.report import make_report
from runner.clusters.memory import LARGEST_PARTITION_BYTES, check_regime
from runner.errors import RunnerError
from store import Store, open_store
from store.memory import FREE, HEAP, PROCESS
from tests.runner.helpers import processes_of, run_profile


@pytest.fixture(scope="module")
def heap(tmp_path_factory: pytest.TempPathFactory, networks: dict[str, Any]) -> Store:
    """A campaign whose planned memory does not hold a partition: the run, and the next one.

    21 images of 896 x 896 x 3 floats are 193 MiB, and up to three times that while the array that holds them grows:
    too much for a heap of 512 MiB, and not for one of 1.5 GiB.
    """
    home = tmp_path_factory.mktemp("heap")
    done = run_profile(
        *(home, "--memory-regime", "heap", "--memory", "512m", "--executors", "1", "--campaign", "c", "--repeats", "2"),
        *("--application", "wide", "--model", networks["large"], "--images-per-partition", "21", "--synthetic", "42"),
        *("--limit-runs", "2"),
    )
    assert done.returncode == 0, done.stderr
    assert processes_of(home) == []
    # One planned run was skipped; the other, and both with more memory, are what there is to run.
    summary = json.loads(done.stdout)
    counts = {"planned": 3, "ok": 1, "failed": 1, "left": 1, "skipped": 1}
    assert {name: summary[name] for name in counts} == counts
    return open_store(home)


def rows(store: Store) -> list[dict[Any, Any]]:
    """The runs in their order."""
    return store.runs.load().sort_values("started_at").to_dict("records")


@pytest.mark.thorough
def test_in_the_heap_regime_a_heap_too_small_for_a_partition_is_full(heap: Store) -> None:
    row = rows(heap)[0]
    assert (row["executor_memory_gb"], row["repeat"]) == (0.5, 1)
    assert (row["status"], row["failure_kind"]) == ("oom", "oom_heap"), row["settings"]
    assert row["settings"]["reason"] == "OutOfMemoryError: Java heap space"


@pytest.mark.thorough
def test_in_the_heap_regime_a_partition_passes_through_the_heap(heap: Store) -> None:
    # In two partitions, and in batches of which the last is not full.
    settings = rows(heap)[1]["settings"]
    assert (settings["memory_regime"], settings["predictions"], settings["tasks"]) == ("heap", 42, 2)
    assert settings["model_loads"] == 1
    assert settings["decode_s"] > 0
    assert settings["predict_s"] > 0


@pytest.mark.thorough
def test_after_an_oom_the_next_run_has_a_gibibyte_more(heap: Store) -> None:
    row = rows(heap)[1]
    assert (row["executor_memory_gb"], row["repeat"], row["status"]) == (1.5, 1, "ok"), row["settings"]
    (safe,) = make_report(heap, "c").safe_memory
    assert (safe.images_per_partition, safe.executor_cores, safe.safe_gib, safe.lacking_gib) == (21, 1, 1.5, 0.5)
    (skipped,) = (heap.campaigns.get("c") or {})["skipped"]
    assert (skipped["run"]["repeat"], skipped["run"]["configuration"]["executor_memory_mib"]) == (2, 512)
    assert skipped["reason"].startswith("below the least memory: 21 images per partition on 1 cores need 1.5 GiB")


@pytest.mark.thorough
def test_in_the_process_regime_executor_and_python_share_the_limit(tmp_path: Path) -> None:
    # TensorFlow alone takes more than what the JVM leaves of 900 MiB; a GiB more, as after any OOM, is enough.
    run_profile(
        *(tmp_path, "--memory-regime", "process", "--memory", "900m", "--executors", "1", "--limit-runs", "2"),
        *("--application", "resnet50", "--images-per-partition", "10", "--synthetic", "10"),
    )
    assert processes_of(tmp_path) == []
    killed, enough = rows(open_store(tmp_path))
    assert (killed["status"], killed["failure_kind"]) == ("oom", "oom_kill"), killed["settings"]
    assert killed["settings"]["reason"].startswith("the executor of worker-0 and its Python workers held ")
    assert "more than the 900 MiB of --memory" in killed["settings"]["reason"]
    assert enough["status"] == "ok", enough["settings"]
    assert (enough["executor_memory_gb"], enough["settings"]["memory_regime"]) == (1924 / 1024, "process")


@pytest.mark.parametrize(
    ("regime", "master", "memory_mib", "partition_bytes", "message"),
    [
        (PROCESS, "spark://h:1", 4096, 0, "an existing standalone cluster limits no executor; use free or heap"),
        (PROCESS, None, 896, 0, "--memory: 896m is too little for --memory-regime process; the executor's JVM alone"),
        (HEAP, None, 4096, LARGEST_PARTITION_BYTES + 1, "--images-per-partition: .* have 2.0 GiB; .* at most 2 GiB"),
    ],
)
def test_what_a_regime_cannot_do_is_refused(
    regime: str, master: str | None, memory_mib: int, partition_bytes: int, message: str
) -> None:
    with pytest.raises(RunnerError, match=message):
        check_regime(regime, master, [memory_mib], partition_bytes)


@pytest.mark.parametrize(("regime", "master"), [(FREE, "spark://h:1"), (HEAP, "spark://h:1"), (PROCESS, "yarn")])
def test_what_a_regime_can_do_is_not(regime: str, master: str | None) -> None:
    check_regime(regime, master, [4096], 1000)
