"""Exactly the executors that were asked for: the settings by which each kind of master grants them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from runner.clusters.masters import KUBERNETES, PRIVATE, STANDALONE, YARN, read_master
from runner.clusters.memory import heap_mib, overhead_mib
from runner.errors import RunnerError
from runner.spec import RunSpec
from store.memory import PROCESS

Conf = dict[str, str]
OVERHEAD = "spark.executor.memoryOverhead"


def resource_conf(spec: RunSpec) -> Conf:
    """Return the settings that ask the run's master for its executors.

    Raises
    ------
    RunnerError
        When the user's own settings contradict the memory regime.
    """
    return {"spark.executor.memory": f"{heap_mib(spec)}m"} | _BY_KIND[read_master(spec.master).kind](spec)


def _private(spec: RunSpec) -> Conf:
    # spark.executor.cores stays unset: an executor takes all cores of its worker, so each can have its own number.
    return {}


def _standalone(spec: RunSpec) -> Conf:
    """One executor is granted for each spark.executor.cores of spark.cores.max.

    Without spark.executor.cores a master gives every worker one executor and deals spark.cores.max out one by one: that
    makes uneven executors on a cluster that has just as many workers with free cores as executors are asked for.
    """
    most = {"spark.cores.max": str(sum(spec.executor_cores))}
    return most if is_uneven(spec.executor_cores) else most | {"spark.executor.cores": str(spec.executor_cores[0])}


def _yarn(spec: RunSpec) -> Conf:
    return {
        "spark.submit.deployMode": "client",
        "spark.executor.instances": str(len(spec.executor_cores)),
        "spark.executor.cores": str(spec.executor_cores[0]),
        OVERHEAD: _overhead(spec),
    }


def _overhead(spec: RunSpec) -> str:
    if OVERHEAD not in spec.conf:
        return f"{overhead_mib(spec)}m"
    if spec.memory_regime == PROCESS:
        raise RunnerError(
            f"--conf: {OVERHEAD} is what --memory leaves beside the heap in --memory-regime process; leave it out, or "
            "use free or heap"
        )
    return spec.conf[OVERHEAD]


def _kubernetes(spec: RunSpec) -> Conf:
    # Without the limit a pod may use idle cores of its node, and the number of cores would mean nothing.
    cores, instances = str(spec.executor_cores[0]), str(len(spec.executor_cores))
    return _yarn(spec) | {
        "spark.kubernetes.executor.request.cores": cores,
        "spark.kubernetes.executor.limit.cores": cores,
        "spark.kubernetes.allocation.batch.size": instances,  # all pods at once
    }


_BY_KIND: dict[str, Callable[[RunSpec], Conf]] = {
    PRIVATE: _private,
    STANDALONE: _standalone,
    YARN: _yarn,
    KUBERNETES: _kubernetes,
}


def is_uneven(executor_cores: Sequence[int]) -> bool:
    """Whether executors differ in their number of cores."""
    return len(set(executor_cores)) > 1


def refuse_uneven(master: str | None, executor_cores: Sequence[int]) -> None:
    """Refuse executors that the master can never grant.

    Raises
    ------
    RunnerError
        When they differ and the master makes all executors of an application alike.
    """
    if is_uneven(executor_cores) and read_master(master).kind in (YARN, KUBERNETES):
        wanted = ", ".join(str(cores) for cores in executor_cores)
        raise RunnerError(
            f"--master {master} gives all executors of an application the same number of cores, not {wanted}; choose "
            "total cores that the executors divide evenly, or use --cores"
        )
