"""The application that makes an archive of Spark's classes: see `runner.clusters.class_archive`.

``python -m runner.jobs.load_classes FOLDER CONF_DIR`` writes FOLDER/spark.jsa. Its JVM holds a master, a worker and the
driver (Spark's local-cluster mode), which do once what those of a run do, and writes down its classes as it ends.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from runner.clusters.authentication import submit_arguments, write_private_conf
from runner.clusters.class_archive import ARCHIVE
from runner.clusters.conf import QUICK_JVM
from runner.clusters.software import spark_home

MEMORY_MIB = 512
END_S = 120.0


def main(folder: Path, conf_dir: str) -> int:
    """Run the application; return the exit status of its JVM."""
    _prepare(folder, conf_dir)
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    settings = {
        "spark.executor.memory": f"{MEMORY_MIB}m",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": folder.as_uri(),
    }
    builder = SparkSession.builder.master(f"local-cluster[1,1,{MEMORY_MIB}]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    rows = spark.range(0, 2, 1, 2).mapInArrow(lambda batches: batches, "id long")
    rows.write.format("noop").mode("overwrite").save()
    rows.groupBy().sum("id").collect()
    gateway = SparkContext._gateway
    spark.stop()
    gateway.shutdown()
    gateway.proc.stdin.close()
    return int(gateway.proc.wait(END_S))


def _prepare(folder: Path, conf_dir: str) -> None:
    properties = folder / "private" / "spark-defaults.conf"
    write_private_conf(properties)
    # In this mode, workers write into Spark's own folder unless they are told that it is elsewhere.
    elsewhere = folder / "spark"
    elsewhere.mkdir()
    (elsewhere / "jars").symlink_to(spark_home() / "jars")
    options = ["-Dspark.testing=true", f"-Dspark.test.home={elsewhere}", f"-XX:ArchiveClassesAtExit={folder / ARCHIVE}"]
    os.environ |= {
        "SPARK_HOME": str(spark_home()),
        "SPARK_CONF_DIR": conf_dir,
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_DIRS": str(folder),
        "TMPDIR": str(folder),
        "SPARK_SUBMIT_OPTS": " ".join([QUICK_JVM, *(f'"{option}"' for option in options)]),
        "PYSPARK_SUBMIT_ARGS": submit_arguments(properties),
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
    }


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
