"""A worker and the GPU that it is assigned, with stand-ins for TensorFlow and for Spark's context of the task."""

from __future__ import annotations

import os
import sys
from types import SimpleNamespace

import pyspark
import pytest

from runner.training.gpu import claim_gpu


@pytest.fixture
def grown(monkeypatch: pytest.MonkeyPatch) -> dict[str, bool]:
    """For each GPU that TensorFlow sees, whether its memory grows; it sees what the environment lets it see."""
    grows: dict[str, bool] = {}
    config = SimpleNamespace(
        list_physical_devices=lambda kind: os.environ.get("CUDA_VISIBLE_DEVICES", "0,1,2").split(","),
        experimental=SimpleNamespace(set_memory_growth=grows.__setitem__),
    )
    monkeypatch.setitem(sys.modules, "tensorflow", SimpleNamespace(config=config))
    for name in ("CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER"):
        monkeypatch.setenv(name, "")  # so that what is set is taken back
        monkeypatch.delenv(name)
    return grows


def test_a_worker_uses_the_gpu_that_spark_assigned_and_takes_memory_as_it_needs_it(
    grown: dict[str, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    task = SimpleNamespace(resources=lambda: {"gpu": SimpleNamespace(addresses=["2"])})
    monkeypatch.setattr(pyspark.TaskContext, "get", lambda: task)
    claim_gpu()
    assert grown == {"2": True}
    assert os.environ["CUDA_DEVICE_ORDER"] == "PCI_BUS_ID"


@pytest.mark.parametrize("task", [None, SimpleNamespace(resources=dict)])
def test_where_none_is_assigned_all_stay_visible(
    grown: dict[str, bool], monkeypatch: pytest.MonkeyPatch, task: object
) -> None:
    monkeypatch.setattr(pyspark.TaskContext, "get", lambda: task)
    claim_gpu()
    assert grown == {"0": True, "1": True, "2": True}
