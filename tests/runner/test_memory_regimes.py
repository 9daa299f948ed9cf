"""What the executor memory bounds: each regime on a real executor, with enough of it and with too little."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from runner.errors import RunnerError
from runner.memory import FREE, HEAP, LARGEST_PARTITION_BYTES, PROCESS, check_regime
from store import open_store
from tests.runner.helpers import processes_of, run_profile


def run_one(home: Path, *arguments: str) -> dict[Any, Any]:
    """Run a campaign of one run with one executor; return its row."""
    run_profile(home, "--executors", "1", "--limit-runs", "1", *arguments)  # an OOM would be followed by more memory
    assert processes_of(home) == []
    (row,) = open_store(home).runs.load().to_dict("records")
    return row


def test_in_the_heap_regime_a_partition_passes_through_the_heap(tmp_path: Path) -> None:
    # In one partition, and in a batch more than one, of which the last is not full.
    row = run_one(tmp_path, "--memory-regime", "heap", "--images-per-partition", "40", "--synthetic", "80")
    assert row["status"] == "ok", row["settings"]
    settings = row["settings"]
    assert (settings["memory_regime"], settings["predictions"], settings["tasks"]) == ("heap", 80, 2)
    assert settings["model_loads"] == 1
    assert settings["decode_s"] > 0
    assert settings["predict_s"] > 0


def test_in_the_heap_regime_a_heap_too_small_for_a_partition_is_full(tmp_path: Path) -> None:
    # 300 images of 224 x 224 x 3 floats are 172 MiB, and up to three times that while the array that holds them grows.
    row = run_one(
        *(tmp_path, "--memory-regime", "heap", "--memory", "512m"),
        *("--application", "resnet50", "--images-per-partition", "300", "--synthetic", "300"),
    )
    assert (row["status"], row["failure_kind"]) == ("oom", "oom_heap"), row["settings"]
    assert row["settings"]["reason"] == "OutOfMemoryError: Java heap space"


def test_in_the_process_regime_executor_and_python_share_the_limit(tmp_path: Path) -> None:
    row = run_one(
        *(tmp_path, "--memory-regime", "process", "--memory", "3g"),
        *("--images-per-partition", "10", "--synthetic", "10"),
    )
    assert row["status"] == "ok", row["settings"]
    assert (row["executor_memory_gb"], row["settings"]["memory_regime"]) == (3.0, "process")


def test_in_the_process_regime_who_takes_more_is_killed(tmp_path: Path) -> None:
    # TensorFlow alone takes more than what the JVM leaves of this.
    row = run_one(
        *(tmp_path, "--memory-regime", "process", "--memory", "900m"),
        *("--application", "resnet50", "--images-per-partition", "10", "--synthetic", "10"),
    )
    assert (row["status"], row["failure_kind"]) == ("oom", "oom_kill"), row["settings"]
    assert row["settings"]["reason"].startswith("the executor of worker-0 and its Python workers held ")
    assert "more than the 900 MiB of --memory" in row["settings"]["reason"]


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
