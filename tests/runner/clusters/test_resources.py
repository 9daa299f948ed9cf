"""The executors that each kind of master is asked for, and what Spark thinks of the settings."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from runner.clusters.conf import RESERVED, spark_conf
from runner.clusters.resources import refuse_uneven, resource_conf
from runner.errors import RunnerError
from runner.spec import RunSpec
from runner.training.order import Training
from store.memory import FREE, HEAP, PROCESS
from tests.runner.helpers import PATIENCE_S, ROOT

MASTERS = {"private": None, "standalone": "spark://h:7077", "yarn": "yarn", "kubernetes": "k8s://https://h:6443"}


def make_spec(master: str | None = None, cores: tuple[int, ...] = (2, 2), regime: str = FREE) -> RunSpec:
    conf = {"spark.kubernetes.container.image": "us/sparkcast:1"} if master and master.startswith("k8s") else {}
    spec = RunSpec("id", "/tmp/run", "tiny_cnn", list(cores), 4096, 20, 4, 5, 0, 1, 60.0, 600.0)
    return replace(spec, master=master, conf=conf, memory_regime=regime)


@pytest.fixture(scope="module")
def problems() -> dict[str, list[str]]:
    """What Spark says of the settings of each kind of master, and of some that are wrong."""
    settings = {kind: spark_conf(make_spec(master), master or "spark://h:1") for kind, master in MASTERS.items()}
    settings |= {
        "misspelt": {"spark.executor.memoryOverheads": "1g"},
        "unreadable": {"spark.executor.memoryOverhead": "plenty"},
        "not allowed": {"spark.executor.extraJavaOptions": "-Xmx4g"},
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.runner.registry_probe"],
        cwd=ROOT,
        input=json.dumps(settings),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


@pytest.mark.thorough
@pytest.mark.parametrize("kind", MASTERS)
def test_spark_knows_and_reads_every_setting(problems: dict[str, list[str]], kind: str) -> None:
    assert problems[kind] == []


@pytest.mark.thorough
def test_spark_would_have_noticed(problems: dict[str, list[str]]) -> None:
    assert problems["misspelt"] == ["spark.executor.memoryOverheads: unknown"]
    assert "spark.executor.memoryOverhead" in problems["unreadable"][0]
    assert "not allowed to specify max heap" in problems["not allowed"][0]


def test_a_worker_of_the_private_cluster_is_one_executor() -> None:
    assert resource_conf(make_spec()) == {"spark.executor.memory": "4096m"}


def test_a_standalone_master_stops_at_the_cores_of_all_executors() -> None:
    conf = resource_conf(make_spec(MASTERS["standalone"]))
    assert conf == {"spark.executor.memory": "4096m", "spark.executor.cores": "2", "spark.cores.max": "4"}


def test_uneven_executors_leave_their_size_to_the_standalone_master() -> None:
    conf = resource_conf(make_spec(MASTERS["standalone"], cores=(2, 1)))
    assert conf == {"spark.executor.memory": "4096m", "spark.cores.max": "3"}


@pytest.mark.parametrize("kind", ["yarn", "kubernetes"])
def test_a_cluster_manager_is_told_of_the_memory_beside_the_heap(kind: str) -> None:
    conf = resource_conf(make_spec(MASTERS[kind]))
    assert conf["spark.executor.instances"] == "2"
    assert conf["spark.executor.cores"] == "2"
    assert conf["spark.executor.memory"] == "4096m"
    # a tenth of the heap for the JVM, and TensorFlow with a model in each of two Python workers
    assert conf["spark.executor.memoryOverhead"] == f"{409 + 2 * 2048}m"


def test_a_small_heap_still_needs_room_beside_it() -> None:
    conf = resource_conf(replace(make_spec("yarn"), executor_memory_mib=1024))
    assert conf["spark.executor.memoryOverhead"] == f"{384 + 2 * 2048}m"


def test_in_the_heap_regime_a_slot_has_two_python_workers() -> None:
    conf = resource_conf(make_spec("yarn", regime=HEAP))
    assert conf["spark.executor.memoryOverhead"] == f"{409 + 4 * 2048}m"


def test_in_the_process_regime_heap_and_overhead_are_what_was_asked_for() -> None:
    conf = resource_conf(make_spec("yarn", regime=PROCESS))
    assert (conf["spark.executor.memory"], conf["spark.executor.memoryOverhead"]) == ("512m", "3584m")


def test_a_user_may_know_what_a_python_worker_needs() -> None:
    asked = {"spark.executor.memoryOverhead": "9g"}
    for regime in (FREE, HEAP):
        conf = spark_conf(replace(make_spec("yarn", regime=regime), conf=asked), "yarn")
        assert conf["spark.executor.memoryOverhead"] == "9g"
    with pytest.raises(RunnerError, match=r"--conf: spark\.executor\.memoryOverhead is what --memory leaves"):
        resource_conf(replace(make_spec("yarn", regime=PROCESS), conf=asked))


def test_a_pod_may_not_use_more_cores_than_its_executor() -> None:
    conf = resource_conf(make_spec(MASTERS["kubernetes"]))
    assert conf["spark.kubernetes.executor.request.cores"] == conf["spark.kubernetes.executor.limit.cores"] == "2"


@pytest.mark.parametrize("kind", ["yarn", "kubernetes"])
def test_uneven_executors_are_refused_where_all_are_alike(kind: str) -> None:
    refuse_uneven(MASTERS[kind], (2, 2))
    with pytest.raises(RunnerError, match=r"the same number of cores, not 3, 2; choose total cores"):
        refuse_uneven(MASTERS[kind], (3, 2))


@pytest.mark.parametrize("kind", ["private", "standalone"])
def test_uneven_executors_are_tried_where_they_can_be(kind: str) -> None:
    refuse_uneven(MASTERS[kind], (3, 2))


@pytest.mark.parametrize("kind", MASTERS)
@pytest.mark.parametrize("device", [None, "cpu", "gpu"])
def test_users_cannot_set_what_a_run_sets(kind: str, device: str | None) -> None:
    spec = make_spec(MASTERS[kind])
    if device is not None:
        spec = Training("barrier", 2, 0.05, ("/a",), ("/t",), "/checkpoints", device).complete(spec, batch=5)
    ours = spark_conf(spec, "m").keys()
    theirs = {"spark.driver.host", "spark.driver.bindAddress", "spark.kubernetes.container.image"}
    assert ours - RESERVED <= theirs


def test_an_existing_cluster_gets_what_its_user_says(tmp_path: Path) -> None:
    spec = replace(make_spec("yarn"), conf={"spark.yarn.queue": "study", "spark.driver.host": "192.0.2.7"})
    conf = spark_conf(spec, "yarn")
    assert (conf["spark.yarn.queue"], conf["spark.driver.host"]) == ("study", "192.0.2.7")
    assert conf["spark.executorEnv.CUDA_VISIBLE_DEVICES"] == "-1"
    assert "spark.driver.bindAddress" not in conf
