"""A driver whose JVM ends has no result, and whatever Python noticed of it is not the job's fault."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from runner.clusters.authentication import write_private_conf
from runner.clusters.environment import run_environment
from runner.spec import RESULT_FILE, RunSpec
from tests.runner.helpers import PATIENCE_S, ROOT

# PySpark's first word to its JVM comes before there is a context.
SCRIPT = """
import sys
import psutil, pyspark.java_gateway
from runner.jobs.driver import drive
first_word = pyspark.java_gateway.java_import

def kill_before(gateway, name):
    for process in psutil.Process().children(recursive=True):
        process.kill()
    first_word(gateway, name)

pyspark.java_gateway.java_import = kill_before
sys.exit(drive(sys.argv[1], "local[1]", lambda spark, spec: {}))
"""


def test_a_jvm_that_ends_before_there_is_a_context_is_infrastructure(tmp_path: Path) -> None:
    spec = RunSpec("-", str(tmp_path), "tiny_cnn", [1], 512, 1, 1, 1, 0, 1, PATIENCE_S, PATIENCE_S)
    for folder in (spec.eventlog_dir, spec.local_dir, spec.temporary_dir):
        folder.mkdir(parents=True, exist_ok=True)
    write_private_conf(spec.properties)
    spec.write()
    command = [sys.executable, "-c", SCRIPT, str(spec.folder / "spec.json")]
    done = subprocess.run(command, cwd=ROOT, env=run_environment(tmp_path, spec), check=False, timeout=PATIENCE_S)
    assert done.returncode == 1
    result = json.loads((spec.folder / RESULT_FILE).read_text(encoding="utf-8"))
    assert result["failure_kind"] == "infrastructure"
    assert result["error"].startswith("Py4JNetworkError")
