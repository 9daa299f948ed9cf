"""Under which conditions a run was measured: what was arranged, and what nobody could check."""

from __future__ import annotations

from typing import Any

from runner.clusters.masters import KUBERNETES, PRIVATE, STANDALONE, YARN, read_master
from runner.spec import RunSpec

_ANYWHERE_ELSE = ("other load on the nodes", "hardware of the nodes")
_NOT_VERIFIED = {
    STANDALONE: (*_ANYWHERE_ELSE, "executors use no more CPUs than cores", "executors on CPUs of their own"),
    YARN: (*_ANYWHERE_ELSE, "executors use no more CPUs than cores", "executors on CPUs of their own"),
    KUBERNETES: (*_ANYWHERE_ELSE, "executors on CPUs of their own"),
}


def describe_conditions(spec: RunSpec, host_cpus: int) -> dict[str, Any]:
    """Return the part of a run's settings that says where it ran.

    Parameters
    ----------
    spec : RunSpec
    host_cpus : int
        CPUs of this machine that the run could use: of no meaning for executors elsewhere.
    """
    kind = read_master(spec.master).kind
    where = {"master": kind, "memory_regime": spec.memory_regime}
    if kind != PRIVATE:
        return where | {"conf": _without_addresses(spec.conf), "not_verified": list(_NOT_VERIFIED[kind])}
    return where | {
        "host_cpus": host_cpus,
        "oversubscribed": sum(spec.executor_cores) > host_cpus,
        "isolated": bool(spec.executor_cpus),
        "executor_cpus": spec.executor_cpus,
        "driver_cpus": spec.other_cpus,
    }


def _without_addresses(conf: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in conf.items() if not name.startswith("spark.driver.")}
