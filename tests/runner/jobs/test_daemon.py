"""TensorFlow is imported once an executor: by the daemon that Python workers are forked from."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from runner.clusters.conf import spark_conf
from runner.spec import RunSpec
from tests.runner.helpers import PATIENCE_S, ROOT

# As runner.jobs.daemon, but with a child that computes instead of Spark's workers.
SCRIPT = """
import json, os
import keras
threads = sorted(open(f"/proc/self/task/{task}/comm").read().strip() for task in os.listdir("/proc/self/task"))
reader, writer = os.pipe()
if os.fork() == 0:
    from runner.networks.classifier import Classifier
    from runner.networks.applications import get_application
    import numpy as np
    classifier = Classifier(get_application("tiny_cnn"), 2, 1, 0)
    classes, scores = classifier.predict(np.ones((2, 32, 32, 3), np.float32))
    os.write(writer, json.dumps(scores.tolist()).encode())
    os._exit(0)
os.close(writer)
scores = json.loads(os.read(reader, 10_000))
os.wait()
print(json.dumps({"threads": threads, "scores": scores}))
"""


@pytest.fixture(scope="module")
def seen() -> dict[str, Any]:
    environment = os.environ | {"OMP_NUM_THREADS": "1", "KERAS_BACKEND": "tensorflow"}  # as Spark's daemon gets them
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=ROOT, env=environment, capture_output=True, timeout=PATIENCE_S, check=True
    )
    return dict(json.loads(done.stdout))


@pytest.mark.thorough
def test_importing_tensorflow_starts_no_thread_that_a_fork_would_lose(seen: dict[str, Any]) -> None:
    allowed = {"python", "python3", "jemalloc_bg_thd"}  # jemalloc is pyarrow's, and handles forks
    assert set(seen["threads"]) <= allowed | {Path(sys.executable).resolve().name[:15]}
    assert len(seen["threads"]) == len(set(seen["threads"]))


@pytest.mark.thorough
def test_a_forked_worker_computes(seen: dict[str, Any]) -> None:
    first, second = seen["scores"]
    assert first == second
    assert 0 < sum(first) <= 1


def test_only_executors_that_have_our_code_from_the_start_use_it(tmp_path: Path) -> None:
    spec = RunSpec("id", str(tmp_path), "tiny_cnn", [1], 1024, 20, 4, 5, 0, 1, 60.0, 600.0)
    assert spark_conf(spec, "spark://127.0.0.1:1")["spark.python.daemon.module"] == "runner.jobs.daemon"
    for other in (replace(spec, master="spark://there:7077"), replace(spec, program="runner.jobs.preflight")):
        assert "spark.python.daemon.module" not in spark_conf(other, "spark://there:7077")
