"""Runs as the runner would have recorded them, made up for the tests."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd

STEADY = {
    "memory_regime": "heap",
    "host_cpus": 2,
    "host_load_before": 1.0,
    "other_cores": 0.02,
    "stolen_cores": 0.0,
    "task_cpus": 1,
    "tasks": 10,
    "work_wall_s": 20.0,
    "work_cpu_s": 19.0,
    "model_load_s": 6.0,
    "decode_s": 2.0,
    "predict_s": 20.0,
    "run_wall_s": 50.0,
}


def row(time_s: float | None = 30.0, *, repeat: int = 1, settings: dict[str, Any] | None = None, **values: Any) -> Any:
    """One run of the campaign ``c``; without a time it failed."""
    return {
        "run_id": str(uuid.uuid4()),
        "application": "resnet50",
        "cluster": "here",
        "num_executors": 1,
        "executor_cores": 1,
        "total_cores": 1,
        "executor_memory_gb": 1.0,
        "images_per_partition": 50,
        "sampling_rate_pct": 100.0,
        "input_images": 500,
        "dataset_images": 500,
        "completion_time_s": time_s,
        "status": "ok" if time_s else "failed",
        "failure_kind": None if time_s else "user_code",
        "started_at": datetime(2026, 11, 20, tzinfo=UTC) + timedelta(minutes=repeat),
        "campaign": "c",
        "repeat": repeat,
        "origin": "measured",
        "settings": STEADY | (settings or {}),
    } | values


def frame(*rows: Any) -> pd.DataFrame:
    """Rows as the store gives them."""
    return pd.DataFrame(list(rows))
