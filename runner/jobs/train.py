"""The Spark driver of a training: a fresh process, a fresh application; see `runner.jobs.driver`.

Started by the supervisor as ``python -m runner.jobs.train SPEC MASTER``. Its results are what is to be said of each
epoch.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from runner.inputs.cifar import Ids
from runner.inputs.manifest import read_manifest
from runner.jobs.driver import drive, wait_for_executors
from runner.jobs.failures import lost_worker
from runner.networks.cifar_cnn import initial_weights
from runner.networks.numpy_layers import Array
from runner.spec import RunSpec
from runner.training.averaging import DriverAveraging
from runner.training.barrier import BarrierExchange
from runner.training.batches import epoch_batches
from runner.training.epochs import Trainer
from runner.training.evaluation import count_correct
from runner.training.one_task import OneTask
from runner.training.order import Training
from runner.training.passes import Pass, PassSpec

_PASSES: dict[str, Callable[[Any, PassSpec], Pass]] = {
    "driver": DriverAveraging,
    "barrier": BarrierExchange,
    "one-process": OneTask,
    "numpy": OneTask,
}


def train(spark: Any, spec: RunSpec) -> dict[str, Any]:
    """Train as the order sheet says; return the epochs."""
    training = Training.read(spec.training or {})
    context, sharing = spark.sparkContext, pass_spec(spec, training)
    ids = training.records.numbers(read_manifest(spec.manifest))
    testing = dataclasses.replace(sharing, records=training.test)

    def test(weights: Sequence[Array]) -> float:
        return 100 * count_correct(context, testing, weights) / len(testing.records)

    trainer = Trainer(
        make_pass=_PASSES[training.arm](context, sharing),
        test=test,
        recover=lambda: wait_for_executors(spark, spec),
        lost_worker=lost_worker,
        path=Path(training.checkpoints) / f"{spec.run_id}.npz",
    )
    epochs = [_batches(ids, spec, number) for number in range(training.epochs)]
    return {"epochs": trainer.train(initial_weights(spec.seed), epochs)}


def pass_spec(spec: RunSpec, training: Training) -> PassSpec:
    """Return what workers must know."""
    return PassSpec(
        records=training.records,
        learning_rate=training.learning_rate,
        kernel=training.kernel,
        threads=spec.task_cpus,
        shares=(1,) * training.workers(sum(spec.executor_cores)),
        device=training.device,
    )


def _batches(ids: Ids, spec: RunSpec, epoch: int) -> list[Ids]:
    return [ids[batch] for batch in epoch_batches(len(ids), spec.batch_size, spec.seed, epoch)]


if __name__ == "__main__":
    sys.exit(drive(sys.argv[1], sys.argv[2], train))
