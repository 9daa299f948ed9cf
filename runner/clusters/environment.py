"""The environment of the processes of a run: nothing inherited that could change what is measured."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from runner.clusters.conf import python_workers
from runner.clusters.masters import KUBERNETES, read_master
from runner.errors import JavaMissingError, RunnerError
from runner.runs.spec import RunSpec

# Carried by every process of a run, down to the Python workers: by it, leftovers of a killed campaign are found.
MARKER = "SPARKCAST_RUNNER_HOME"
OLDEST_JAVA = 17
_INHERITED = re.compile(
    r"(SPARK_|PYSPARK_|PYTHON|HADOOP_|YARN_|TF_|KERAS_|OMP_|MKL_|JAVA_TOOL_OPTIONS$|_JAVA_OPTIONS$|JDK_JAVA_OPTIONS$)"
)
_CONF_DIRS = ("SPARK_CONF_DIR", "HADOOP_CONF_DIR", "YARN_CONF_DIR")
SOURCE_ROOT = Path(__file__).resolve().parents[2]


def spark_home() -> Path:
    """Return the folder of the installed pyspark package, without importing it."""
    found = importlib.util.find_spec("pyspark")
    if found is None or not found.submodule_search_locations:
        raise RunnerError("pyspark is not installed in this Python; run `make` or `pip install -r requirements.txt`")
    return Path(next(iter(found.submodule_search_locations)))


def run_environment(home: Path, spec: RunSpec) -> dict[str, str]:
    """Return the environment for the processes of one run on this machine.

    Parameters
    ----------
    home : Path
        The store's home, for the marker.
    spec : RunSpec
        The run: its folder, and the cluster that it goes to.
    """
    where = _private(spec) if spec.master is None else _existing(spec)
    kept = {name: value for name, value in os.environ.items() if not _INHERITED.match(name)}
    common = {
        MARKER: str(home.resolve()),
        "SPARK_HOME": str(spark_home()),
        "SPARK_LOCAL_DIRS": str(spec.local_dir),
        "SPARK_LAUNCHER_OPTS": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
        "PYSPARK_DRIVER_PYTHON": sys.executable,
        "PYTHONPATH": str(SOURCE_ROOT),
        # What killed JVMs and Python workers leave behind goes away with the run's folder. Performance counters would
        # be files in /tmp whatever TMPDIR says, and writing them can stall a JVM.
        "TMPDIR": str(spec.temporary_dir),
        "JDK_JAVA_OPTIONS": f'"-Djava.io.tmpdir={spec.temporary_dir}" -XX:-UsePerfData',
    }
    return kept | common | python_workers(spec) | where


def _private(spec: RunSpec) -> dict[str, str]:
    return {
        "SPARK_CONF_DIR": str(spec.conf_dir),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_DAEMON_MEMORY": "256m",
        "SPARK_DAEMON_JAVA_OPTS": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
        "PYSPARK_PYTHON": sys.executable,
    }


def _existing(spec: RunSpec) -> dict[str, str]:
    """Where to find the cluster and how to enter it is the user's to say; settings of a study win over the files."""
    kept = {name: os.environ[name] for name in _CONF_DIRS if name in os.environ}
    default = "python3" if read_master(spec.master).kind == KUBERNETES else sys.executable
    return kept | {"PYSPARK_PYTHON": spec.conf.get("spark.pyspark.python", default)}


def check_java() -> str:
    """Return the version of the Java that Spark will use.

    Raises
    ------
    JavaMissingError
        When there is none, or it is older than Spark 4 allows.
    """
    wanted = f"Spark 4 needs Java {OLDEST_JAVA} or newer"
    advice = "install one (Debian, Ubuntu: apt-get install openjdk-17-jre-headless) or point JAVA_HOME to it"
    java = _find_java()
    if java is None:
        raise JavaMissingError(f"{wanted}, and no java was found; {advice}")
    version = _java_version(java)
    if version is None or int(version.split(".")[0]) < OLDEST_JAVA:
        raise JavaMissingError(f"{wanted}, and {java} is version {version or 'unknown'}; {advice}")
    return version


def _find_java() -> str | None:
    home = os.environ.get("JAVA_HOME")
    return shutil.which("java", path=str(Path(home) / "bin")) if home else shutil.which("java")


def _java_version(java: str) -> str | None:
    try:
        done = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    # `openjdk version "17.0.15" 2025-04-15`; Java 8 calls itself 1.8
    found = re.search(r'version "(\d+(?:\.\d+)*)', done.stderr + done.stdout)
    return found.group(1) if found else None
