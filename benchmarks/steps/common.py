"""What all arms of the benchmark do: warm up, then steps over the same images."""

from __future__ import annotations

import time
from statistics import median
from typing import Any

import numpy as np

from runner.networks.cifar_cnn import initial_weights
from runner.training.passes import Pass

LEARNING_RATE = 0.01


def measure(make_pass: Pass, batch: int, steps: int, warm_up: int) -> dict[str, Any]:
    """Return the seconds of a step after those to warm up: of the whole pass, and its parts; and the loss."""
    ids = np.arange(batch)
    weights = make_pass(initial_weights(0), [ids] * warm_up).weights
    started = time.perf_counter()
    result = make_pass(weights, [ids] * steps)
    wall_s = time.perf_counter() - started
    parts = {name: median(getattr(step, name) for step in result.steps) for name in ("compute_s", "exchange_s")}
    return {"step_s": wall_s / steps, **parts, "loss": result.loss}
