"""The environment of the processes of a run: nothing inherited that could change what is measured."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from runner.clusters.authentication import submit_arguments
from runner.clusters.class_archive import find_class_archive
from runner.clusters.conf import QUICK_JVM, python_workers
from runner.clusters.masters import KUBERNETES, read_master
from runner.clusters.software import spark_home
from runner.spec import RunSpec

# Carried by every process of a run, down to the Python workers: by it, leftovers of a killed campaign are found.
MARKER = "SPARKCAST_RUNNER_HOME"
_INHERITED = re.compile(
    r"(SPARK_|PYSPARK_|PYTHON|HADOOP_|YARN_|TF_|KERAS_|OMP_|MKL_|JAVA_TOOL_OPTIONS$|_JAVA_OPTIONS$|JDK_JAVA_OPTIONS$)"
)
# By which a client finds and enters someone's cluster: files, user, tokens, class path; nothing that executors obey.
_OF_A_CLIENT = re.compile(r"HADOOP_|YARN_|SPARK_CONF_DIR$|SPARK_DIST_CLASSPATH$")
SOURCE_ROOT = Path(__file__).resolve().parents[2]


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
    common = {
        MARKER: str(home.resolve()),
        "SPARK_HOME": str(spark_home()),
        "SPARK_LOCAL_DIRS": str(spec.local_dir),
        "SPARK_LAUNCHER_OPTS": QUICK_JVM,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
        "PYTHONPATH": str(SOURCE_ROOT),
        # What killed JVMs and Python workers leave behind goes away with the run's folder. Performance counters would
        # be files in /tmp whatever TMPDIR says, and writing them can stall a JVM.
        "TMPDIR": str(spec.temporary_dir),
        "JDK_JAVA_OPTIONS": f'"-Djava.io.tmpdir={spec.temporary_dir}" -XX:-UsePerfData',
    }
    return _outside() | common | python_workers(spec) | where


def preparing_environment(home: Path) -> dict[str, str]:
    """Return the environment for what is prepared for the runs of a home (`runner.clusters.class_archive`)."""
    return _outside() | {MARKER: str(home.resolve()), "PYTHONPATH": str(SOURCE_ROOT)}


def _outside() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not _INHERITED.match(name)}


def _private(spec: RunSpec) -> dict[str, str]:
    return quick_starts(spec.conf_dir) | {
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_DAEMON_MEMORY": "256m",
        "PYSPARK_SUBMIT_ARGS": submit_arguments(spec.properties),
        "PYSPARK_PYTHON": sys.executable,
    }


def quick_starts(conf_dir: Path) -> dict[str, str]:
    """Return what lets master, workers and driver start fast; `conf_dir` is Spark's where there is no archive."""
    archive = find_class_archive()
    options = archive.java_options if archive else ""
    return {
        "SPARK_CONF_DIR": str(archive.conf_dir if archive else conf_dir),
        "SPARK_DAEMON_JAVA_OPTS": f"{QUICK_JVM} {options}".rstrip(),
        "SPARK_SUBMIT_OPTS": options,
    }


def _existing(spec: RunSpec) -> dict[str, str]:
    """Where to find the cluster and how to enter it is the user's to say; settings of a study win over the files."""
    kept = {name: value for name, value in os.environ.items() if _OF_A_CLIENT.match(name)}
    default = "python3" if read_master(spec.master).kind == KUBERNETES else sys.executable
    return kept | {"PYSPARK_PYTHON": spec.conf.get("spark.pyspark.python", default)}
