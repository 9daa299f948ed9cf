"""What the processes of a run inherit, the Java they find, and the settings they get."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from runner.clusters.conf import spark_conf
from runner.clusters.environment import MARKER, run_environment
from runner.clusters.host import default_cluster_name, describe_hardware, visible_cpus, visible_memory_mib
from runner.clusters.software import check_java, spark_home
from runner.errors import JavaMissingError
from runner.spec import RunSpec


def make_spec(folder: Path) -> RunSpec:
    return RunSpec("id", str(folder), "tiny_cnn", [1, 2], 1536, 20, 4, 5, 0, 1, 60.0, 600.0)


@pytest.mark.parametrize(
    "name",
    [
        "PYSPARK_SUBMIT_ARGS",
        "SPARK_CONF_DIR",
        "JAVA_TOOL_OPTIONS",
        "_JAVA_OPTIONS",
        "JDK_JAVA_OPTIONS",
        "HADOOP_CONF_DIR",
        "PYTHONHOME",
        "PYTHONSTARTUP",
        "OMP_NUM_THREADS",
        "TF_NUM_INTRAOP_THREADS",
    ],
)
def test_what_could_change_a_run_is_not_inherited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "surprise")
    monkeypatch.setenv("SPARKCAST_DEBUG", "1")
    environment = run_environment(tmp_path, make_spec(tmp_path))
    assert "surprise" not in environment.values()
    assert environment["SPARKCAST_DEBUG"] == "1"


@pytest.mark.parametrize(
    "name",
    ["SPARK_CONF_DIR", "YARN_CONF_DIR", "HADOOP_USER_NAME", "HADOOP_TOKEN_FILE_LOCATION", "SPARK_DIST_CLASSPATH"],
)
def test_a_client_of_someones_cluster_keeps_what_it_enters_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "theirs")
    monkeypatch.setenv("SPARK_SUBMIT_OPTS", "surprise")
    environment = run_environment(tmp_path, replace(make_spec(tmp_path), master="yarn"))
    assert environment[name] == "theirs"
    assert "surprise" not in environment.values()


def test_the_run_gets_this_python_this_spark_and_loopback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    environment = run_environment(tmp_path, make_spec(tmp_path))
    assert environment["PYSPARK_PYTHON"] == sys.executable
    assert environment["SPARK_LOCAL_IP"] == "127.0.0.1"
    assert environment["PYTHONPATH"] == str(Path(__file__).resolve().parents[3])
    assert environment[MARKER] == str(tmp_path.resolve())
    assert (spark_home() / "bin" / "spark-class").is_file()


def test_the_java_of_this_machine_is_new_enough() -> None:
    assert int(check_java().split(".")[0]) >= 17


@pytest.mark.parametrize(
    ("says", "version"),
    [('openjdk version "11.0.2"', "11.0.2"), ('java version "1.8.0_292"', "1.8.0"), ("?", "unknown")],
)
def test_an_old_java_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: str, version: str) -> None:
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text(f"#!/bin/sh\necho '{says}' >&2\n")
    java.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(JavaMissingError, match=f"Spark 4 needs Java 17 or newer, and .* is version {version}; install"):
        check_java()


def test_the_settings_of_a_valid_study(tmp_path: Path) -> None:
    conf = spark_conf(make_spec(tmp_path), "spark://127.0.0.1:1")
    assert conf["spark.executor.memory"] == "1536m"
    assert conf["spark.executor.extraJavaOptions"] == (
        "-Xms1536m -XX:+UseParallelGC -XX:-UseAdaptiveSizePolicy -XX:TieredStopAtLevel=1"
    )
    assert conf["spark.sql.execution.arrow.maxRecordsPerBatch"] == "5"
    for name, value in {
        "spark.task.maxFailures": "1",
        "spark.stage.maxConsecutiveAttempts": "1",
        "spark.speculation": "false",
        "spark.dynamicAllocation.enabled": "false",
        "spark.sql.adaptive.enabled": "false",
        "spark.locality.wait": "0s",
        "spark.eventLog.enabled": "true",
        "spark.eventLog.compress": "false",
        "spark.eventLog.rolling.enabled": "false",
        "spark.python.worker.reuse": "true",
    }.items():
        assert conf[name] == value
    assert "spark.executor.cores" not in conf  # each executor takes the cores of its worker


def test_the_order_sheet_survives_a_file(tmp_path: Path) -> None:
    spec = make_spec(tmp_path)
    assert RunSpec.read(spec.write()) == spec


def test_the_machine_is_described() -> None:
    hardware = describe_hardware()
    assert 1 <= visible_cpus() <= hardware["logical_cpus"]
    assert 0 < visible_memory_mib() <= 1.01 * 1024 * hardware["memory_gib"] + 64
    assert default_cluster_name().startswith("local-")
    assert default_cluster_name() == default_cluster_name()
