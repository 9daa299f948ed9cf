"""Real faults on real executors: each is one row, with the kind that tells what happened, and never a time.

Faults in the work are behind `slow`. Elsewhere, user_code is in test_failures, oom_heap in test_memory_regimes;
executors and Python workers are killed in test_chaos.
"""

from __future__ import annotations

import json
import re
import resource
import subprocess
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from store import open_store
from tests.runner.faulty import python_that_knows_them
from tests.runner.helpers import PATIENCE_S, ROOT, processes_of, profile_command, run_profile

# A second run, with the GiB more that a heap overflow asks for, would start too late.
ONE_RUN = ("--executors", "1", "--images-per-partition", "10", "--synthetic", "10", "--memory", "512m", "--for", "1s")
GIB = 1024**3


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A Python in which the faulty applications exist."""
    return str(python_that_knows_them(tmp_path_factory.mktemp("python")))


def the_failure(home: Path) -> dict[Any, Any]:
    """Return the only row, which must be a failure, when nothing of its run is left."""
    (row,) = open_store(home).runs.load().to_dict("records")
    assert pd.isna(row["completion_time_s"])
    assert processes_of(home) == []
    return row


@pytest.mark.slow
@pytest.mark.parametrize(
    ("application", "status", "kind", "reason"),
    [
        ("divides_by_zero", "failed", "user_code", "ZeroDivisionError: division by zero"),
        ("fills_the_heap", "oom", "oom_heap", "OutOfMemoryError: Java heap space"),
        ("wants_a_pebibyte", "oom", "oom_python", "MemoryError"),
        ("wants_an_array_of_a_pebibyte", "oom", "oom_python", "_ArrayMemoryError: Unable to allocate 8.00 PiB"),
        ("wants_a_tensor_of_a_pebibyte", "oom", "oom_python", "ResourceExhaustedError: "),
        ("runs_out_of_memory_in_cpp", "oom", "oom_python", "terminate called .* instance of 'std::bad_alloc'"),
    ],
)
def test_a_fault_in_the_work(
    tmp_path: Path, python: str, application: str, status: str, kind: str, reason: str
) -> None:
    done = run_profile(tmp_path, *ONE_RUN, "--application", application, python=python)
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["failed"] == 1
    row = the_failure(tmp_path)
    assert (row["status"], row["failure_kind"]) == (status, kind)
    assert re.search(reason, row["settings"]["reason"])


@pytest.mark.thorough
def test_an_executor_that_cannot_start(tmp_path: Path) -> None:
    # Address space for everything but a heap of 3 GiB.
    done = subprocess.run(
        profile_command(tmp_path, *ONE_RUN, "--memory", "3g"),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (4 * GIB, 4 * GIB)),
        check=False,
    )
    assert done.returncode == 1, done.stderr
    row = the_failure(tmp_path)
    assert (row["status"], row["failure_kind"]) == ("failed", "launch")
    assert row["settings"]["reason"].startswith("Error occurred during initialization of VM Could not ")
    assert len(list((tmp_path / "logs" / row["run_id"]).iterdir())) < 30
