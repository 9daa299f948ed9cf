"""Drafts to register."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from store import Metric, ModelDraft, sha256
from tests.store.registry.versions import Make


@pytest.fixture
def draft() -> Make:
    def make(fingerprint: str = "f1", **changes: Any) -> ModelDraft:
        values: dict[str, Any] = {
            "application": "resnet50",
            "cluster": "lab",
            "scenario": "4-2",
            "techniques": {"cores": "ridge"},
            "params": {"alpha": np.float64(0.1), "depth": np.int64(3)},
            "seed": 7,
            "schema": {"num_executors": {"unit": "", "range": [1, 4]}},
            "training_run_ids": ["a", "b"],
            "data_sha256": sha256(b"rows"),
            "fingerprint": fingerprint,
            "environment": {"python": "3.11"},
            "metrics": [Metric("accuracy", "paper", 98.5, "percent"), Metric("t1", "", 60.0, "s")],
        }
        return ModelDraft(**{**values, **changes})

    return make
