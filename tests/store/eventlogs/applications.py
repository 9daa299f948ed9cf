"""Small Spark applications that leave event logs: python -m tests.store.eventlogs.applications WHAT FOLDER [MASTER]."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from pyspark import SparkConf, SparkContext
from pyspark.sql import SparkSession

CODECS = ("none", "zstd", "lz4", "snappy", "lzf")
TASKS = 12


def context(folder: Path, master: str, **settings: str) -> SparkContext:
    folder.mkdir(parents=True, exist_ok=True)
    conf = SparkConf().setMaster(master).setAppName("eventlogs")
    fixed = {
        "driver.host": "127.0.0.1",
        "driver.bindAddress": "127.0.0.1",
        "ui.enabled": "false",
        "eventLog.enabled": "true",
        "eventLog.dir": folder.as_uri(),
    }
    for name, value in (fixed | settings).items():
        conf.set(f"spark.{name}", value)
    return SparkContext(conf=conf)


def codecs(folder: Path) -> None:
    """The same application in each codec, then rolled: one JVM, one context after the other."""
    for codec in CODECS:
        compressed = {"eventLog.compress": str(codec != "none").lower(), "eventLog.rolling.enabled": "false"}
        choice = {} if codec == "none" else {"eventLog.compression.codec": codec}
        _count(context(folder / codec, "local[2]", **compressed, **choice))
    rolling = {"eventLog.rolling.enabled": "true", "eventLog.rolling.maxFileSize": "10m", "eventLog.compress": "false"}
    sc = context(folder / "rolling", "local[2]", **rolling)
    # Each stage's name is written again and again, so that this little application fills more than one part.
    sc.setJobDescription("x" * 100_000)
    for _ in range(60):
        sc.parallelize(range(4), 4).count()
    sc.stop()


def _count(sc: SparkContext) -> None:
    sc.parallelize(range(TASKS), TASKS).map(lambda number: number + 1).count()
    sc.stop()


def endless(folder: Path) -> None:
    """A job that succeeds, and one that somebody has to kill; Spark's own defaults for the log."""
    sc = context(folder, "local[2]", **{"driver.memory": "512m"})
    sc.parallelize(range(4), 4).count()
    sc.parallelize(range(2), 2).foreach(lambda _: time.sleep(600))


def heap(folder: Path, master: str) -> None:
    """A task that asks for more heap than there is."""
    settings = {"executor.memory": "512m", "task.maxFailures": "1", "eventLog.rolling.enabled": "false"}
    sc = context(folder, master, **settings)
    SparkSession(sc).range(1).selectExpr("sum(length(repeat('x', 1000000000 + cast(id as int))))").collect()


def dynamic(folder: Path, master: str) -> None:
    """Two executors for a while, then one or none, then two again."""
    settings = {
        "executor.memory": "512m",
        "executor.cores": "1",
        "dynamicAllocation.enabled": "true",
        "dynamicAllocation.shuffleTracking.enabled": "true",
        "dynamicAllocation.maxExecutors": "2",
        "dynamicAllocation.executorIdleTimeout": "1s",
        "dynamicAllocation.schedulerBacklogTimeout": "1s",
        "eventLog.rolling.enabled": "false",
    }
    sc = context(folder, master, **settings)
    for _ in range(2):
        sc.parallelize(range(4), 4).foreach(lambda _: time.sleep(1.5))
        time.sleep(4)
    sc.stop()


if __name__ == "__main__":
    what, target = sys.argv[1], Path(sys.argv[2])
    {"codecs": codecs, "endless": endless, "heap": heap, "dynamic": dynamic}[what](target, *sys.argv[3:])
