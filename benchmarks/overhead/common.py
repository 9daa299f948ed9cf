"""What the three arms of `benchmarks/runner_overhead.py` share."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from runner.networks.applications import Application
from runner.spec import RunSpec, write_result

POLL_S = 0.02


class Turns:
    """Files by which the benchmark asks for turns and an arm answers; both are given the same order sheet."""

    def __init__(self, spec: RunSpec) -> None:
        self._folder = spec.temporary_dir
        self.over = self._folder / "over"

    def asked(self, turn: int) -> Path:
        """Return the file that asks for a turn."""
        return self._folder / f"turn-{turn}.asked"

    def answer(self, turn: int) -> Path:
        """Return the file that tells how long a turn took."""
        return self._folder / f"turn-{turn}.json"


def take_turns(work: Callable[[RunSpec], Any], spec: RunSpec) -> dict[str, float]:
    """Do the work each time the benchmark asks for it, and answer how long it took, until there are no more turns.

    A batch goes before each turn: Spark ends Python workers that were idle for a minute, and a CPU that was idle is
    slow. Turn 0, in which everything is loaded and compiled, is that batch alone.
    """
    batch, turns, turn = dataclasses.replace(spec, images=spec.batch_size, tasks=1), Turns(spec), 0
    while not turns.over.exists():
        if not turns.asked(turn).exists():
            time.sleep(POLL_S)
            continue
        work(batch)
        start = time.perf_counter()
        if turn:
            work(spec)
        write_result(turns.answer(turn), {"seconds": time.perf_counter() - start})
        turn += 1
    return {}


def load_photo(path: str, application: Application) -> Any:
    """Return the pixels of a photo, as anybody would with TensorFlow."""
    import tensorflow as tf

    return tf.image.resize(tf.io.decode_jpeg(tf.io.read_file(path), channels=3), application.input_shape[:2])


def set_threads(threads: int) -> None:
    """Let TensorFlow compute with so many threads."""
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
