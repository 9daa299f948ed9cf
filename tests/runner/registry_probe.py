"""Asks Spark itself what it thinks of settings: each must be in its registry, with a value that its entry can read.

Started by test_resources.py with JSON on standard input, a dictionary of settings by name; prints the same with the
problems instead. No application is started: no cluster is needed.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from py4j.protocol import Py4JJavaError
from pyspark.java_gateway import launch_gateway

# Objects that register their entries when they are loaded.
REGISTRIES = (
    "org.apache.spark.internal.config.package$",
    "org.apache.spark.internal.config.Python$",
    "org.apache.spark.internal.config.UI$",
    "org.apache.spark.internal.config.Deploy$",
    "org.apache.spark.sql.internal.SQLConf$",
    "org.apache.spark.deploy.yarn.config.package$",
    "org.apache.spark.deploy.k8s.Config$",
)
# Spark reads these without an entry of the registry.
WITHOUT_ENTRY = ("spark.master", "spark.app.name", "spark.executorEnv.")


def main(settings: dict[str, dict[str, str]]) -> dict[str, list[str]]:
    """Return the problems of each set of settings."""
    gateway = launch_gateway()
    try:
        for name in REGISTRIES:
            gateway.jvm.java.lang.Class.forName(name)
        return {name: find_problems(gateway.jvm, conf) for name, conf in settings.items()}
    finally:
        gateway.shutdown()


def find_problems(jvm: Any, conf: dict[str, str]) -> list[str]:
    """Return one line for each setting that Spark does not know or cannot read, or does not allow."""
    spark_conf = jvm.org.apache.spark.SparkConf(False)
    for name, value in conf.items():
        spark_conf.set(name, value)
    problems = [problem for name in conf if (problem := _problem(jvm, spark_conf, name))]
    try:
        spark_conf.validateSettings()
    except Py4JJavaError as error:
        problems.append(str(error.java_exception))
    return problems


def _problem(jvm: Any, spark_conf: Any, name: str) -> str | None:
    if name.startswith(WITHOUT_ENTRY):
        return None
    entry = jvm.org.apache.spark.internal.config.ConfigEntry.findEntry(name)
    if entry is None:
        return f"{name}: unknown"
    try:
        spark_conf.get(entry)
    except Py4JJavaError as error:
        return f"{name}: {error.java_exception}"
    except ValueError:
        return None  # Spark has read it; Py4J has no Python type for what it is
    return None


if __name__ == "__main__":
    print(json.dumps(main(json.load(sys.stdin))))
