"""What a training adds to a run's order sheet, and to Spark's settings."""

from __future__ import annotations

import json
import math
import sys
from dataclasses import asdict, replace
from types import SimpleNamespace

import pytest

from runner.clusters.conf import spark_conf
from runner.jobs.train import pass_spec
from runner.spec import RunSpec
from runner.training.gpu import NoGpuError
from runner.training.order import ARMS, Training

TRAINING = Training("driver", 3, 0.05, ("/a", "/b"), ("/t",), "/checkpoints")
SPEC = RunSpec(
    run_id="r",
    work_dir="/w",
    application="cifar_cnn",
    executor_cores=[2, 1],
    executor_memory_mib=1024,
    images=1001,
    tasks=1,
    batch_size=1,
    seed=0,
    task_cpus=1,
    launch_timeout_s=1,
    timeout_s=1,
)


def complete(arm: str, **changes: object) -> RunSpec:
    return replace(TRAINING, arm=arm, **changes).complete(SPEC, batch=500)


@pytest.mark.parametrize(
    ("arm", "tasks", "task_cpus"),
    [
        ("driver", 3 * (3 + 3), 1),  # a task a core for the pass, and for the test
        ("barrier", 3 * (3 + 3), 1),
        ("one-process", 3 * 2, 3),
        ("numpy", 3 * 2, 3),
    ],
)
def test_an_arm_decides_how_many_tasks_there_are(arm: str, tasks: int, task_cpus: int) -> None:
    spec = complete(arm)
    assert (spec.tasks, spec.task_cpus, spec.batch_size) == (tasks, task_cpus, 500)
    assert spec.program == "runner.jobs.train"


@pytest.mark.parametrize("arm", ARMS)
def test_the_order_survives_the_order_sheet(arm: str) -> None:
    spec = complete(arm)
    there = json.loads(json.dumps(asdict(spec)))
    assert Training.read(there["training"]) == replace(TRAINING, arm=arm)


def test_a_lost_task_is_made_again_and_waits_are_bounded() -> None:
    conf = spark_conf(complete("barrier"), "spark://here:1")
    assert conf["spark.task.maxFailures"] == "4"
    assert int(conf["spark.barrier.sync.timeout"]) == 60
    assert spark_conf(SPEC, "spark://here:1")["spark.task.maxFailures"] == "1"


def test_only_arms_with_tensorflow_load_it() -> None:
    daemons = {arm: spark_conf(complete(arm), "").get("spark.python.daemon.module") for arm in ARMS}
    assert daemons == {arm: None if arm == "numpy" else "runner.jobs.daemon" for arm in ARMS}


def test_a_gpu_is_asked_for_where_the_cluster_has_them() -> None:
    elsewhere = replace(complete("driver", device="gpu"), master="spark://far:7077", executor_cores=[2, 2])
    conf = spark_conf(elsewhere, "spark://far:7077")
    assert conf["spark.executor.resource.gpu.amount"] == "1"
    assert conf["spark.task.resource.gpu.amount"] == "0.5"
    assert "spark.executorEnv.CUDA_VISIBLE_DEVICES" not in conf
    on_cpu = spark_conf(replace(elsewhere, training=complete("driver").training), "spark://far:7077")
    assert "spark.executor.resource.gpu.amount" not in on_cpu
    assert on_cpu["spark.executorEnv.CUDA_VISIBLE_DEVICES"] == "-1"


@pytest.mark.parametrize("cores", [1, 2, 3, 6, 7, 11, 14, 64, 1024])
def test_every_core_gets_its_share_of_the_gpu(cores: int) -> None:
    spec = replace(complete("barrier", device="gpu"), master="spark://far:7077", executor_cores=[cores])
    share = float(spark_conf(spec, "spark://far:7077")["spark.task.resource.gpu.amount"])
    assert share > 0
    assert math.floor(1 / share) >= cores  # as Spark counts the tasks that fit


@pytest.mark.parametrize("arm", ["driver", "one-process"])
def test_a_worker_without_the_gpu_that_was_asked_for_fails(arm: str, monkeypatch: pytest.MonkeyPatch) -> None:
    blind = SimpleNamespace(config=SimpleNamespace(list_physical_devices=lambda kind: []))
    monkeypatch.setitem(sys.modules, "tensorflow", blind)
    training = replace(TRAINING, arm=arm, device="gpu")
    with pytest.raises(NoGpuError, match=r"TensorFlow finds no GPU in a worker on .*; install"):
        pass_spec(training.complete(SPEC, batch=500), training).open_kernel()
