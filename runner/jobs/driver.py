"""What every Spark driver of ours does: start the application, wait for all its executors, work, write what came of it.

A driver is a process of its own, started by the supervisor as ``python -m MODULE SPEC MASTER``. It writes `RESULT_FILE`
beside the spec, with the results of its work or with the reason why there are none, and exits with 0 or 1.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from runner.clusters.conf import spark_conf
from runner.clusters.neighbours import tree_cpu_s
from runner.jobs.shipping import ship
from runner.spec import RESULT_FILE, RunSpec, write_result

LONGEST_ERROR = 20_000
JVM_END_S = 0.5  # a JVM that was killed closes its sockets a little before it is gone
_POLL_S = 0.05


class ExecutorsMissingError(Exception):
    """The executors that were asked for did not all come up, or others did."""


def drive(spec_file: str, master: str, work: Callable[[Any, RunSpec], dict[str, Any]]) -> int:
    """Run `work` with a session whose executors are all up; return the exit status."""
    spec = RunSpec.read(Path(spec_file))
    try:
        with _application(spec, master) as spark:
            result = {"ok": True} | work(spark, spec) | {"tree_cpu_s": tree_cpu_s(os.getppid())}  # the supervisor's
    except ExecutorsMissingError as error:
        result = {"ok": False, "failure_kind": "launch", "error": str(error)}
    except Exception as error:  # whatever ends the driver is the run's result
        result = {"ok": False} | _explain(error)
    write_result(spec.folder / RESULT_FILE, result)
    return 0 if result["ok"] else 1


def _explain(error: Exception) -> dict[str, Any]:
    from py4j.protocol import Py4JNetworkError

    status = _jvm_status()
    if status is not None:  # then the error is only how Python noticed
        return {"failure_kind": "infrastructure", "error": f"the Spark driver's JVM ended early (exit status {status})"}
    # A JVM that ends before there is a context leaves no status to ask for.
    lost = isinstance(error, Py4JNetworkError) or "JAVA_GATEWAY_EXITED" in str(error)
    return {
        "failure_kind": "infrastructure" if lost else None,
        "error": f"{type(error).__name__}: {error}"[:LONGEST_ERROR],
    }


def _jvm_status() -> int | None:
    """Return the exit status of the driver's JVM; None when it runs, or never did."""
    from pyspark import SparkContext

    gateway = SparkContext._gateway
    try:
        return int(gateway.proc.wait(JVM_END_S)) if gateway is not None else None
    except subprocess.TimeoutExpired:
        return None


@contextmanager
def _application(spec: RunSpec, master: str) -> Iterator[Any]:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder
    for key, value in spark_conf(spec, master).items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    try:
        ship(spark.sparkContext, spec)
        wait_for_executors(spark, spec)
        yield spark
    finally:
        spark.stop()


def wait_for_executors(spark: Any, spec: RunSpec) -> None:
    """Return when all executors of the run are up: a job that starts earlier measures the launch of JVMs.

    A private cluster's workers may still be starting, too.

    Raises
    ------
    ExecutorsMissingError
        When they do not come up in time, or others than those asked for.
    """
    status = spark.sparkContext._jsc.sc().statusStore()
    wanted = sorted(spec.executor_cores)
    deadline = time.monotonic() + spec.launch_timeout_s
    while (granted := _granted_cores(status)) != wanted:
        if sum(granted) >= sum(wanted):
            raise ExecutorsMissingError(_other_executors(granted, wanted))
        if time.monotonic() > deadline:
            raise ExecutorsMissingError(_missing_executors(spec, granted))
        time.sleep(_POLL_S)


def _granted_cores(status: Any) -> list[int]:
    executors = status.executorList(True)
    ready = (executors.apply(index) for index in range(executors.size()))
    return sorted(one.totalCores() for one in ready if one.id() != "driver")


def _other_executors(granted: Sequence[int], wanted: Sequence[int]) -> str:
    return (
        f"the cluster granted executors with {list(granted)} cores, {list(wanted)} were asked for; uneven executors "
        "need as many workers with free cores as executors, other clusters take --cores"
    )


def _missing_executors(spec: RunSpec, granted: Sequence[int]) -> str:
    missing = f"{len(granted)} of {len(spec.executor_cores)} executors registered within {spec.launch_timeout_s:g} s"
    if spec.master is None:
        return missing
    return f"{missing}: has the cluster that many with {spec.executor_cores[0]} free cores and the memory for them?"
