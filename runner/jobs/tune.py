"""The Spark driver of a search: each trial is a job of one task, as many at a time as there are slots.

Started by the supervisor as ``python -m runner.jobs.tune SPEC MASTER``; see `runner.jobs.driver`.
Finished trials are in the study's folder; they are not made again.
"""

from __future__ import annotations

import functools
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from runner.jobs.driver import drive, wait_for_executors
from runner.jobs.failures import lost_worker
from runner.spec import RunSpec
from runner.tuning.search import is_result_of
from runner.tuning.slots import LongestFirst
from runner.tuning.study import Study
from runner.tuning.trial import Hyperparameters, TrialResult, TrialSpec, run_trial

ATTEMPTS = 3  # of a trial whose executor or Python worker was lost


def search(spark: Any, spec: RunSpec) -> dict[str, Any]:
    """Make the trials that are left of the study in the run's output folder."""
    started = time.perf_counter()
    study = Study(Path(str(spec.output)))
    order = study.order()

    def make(number: int, chosen: Hyperparameters, attempts: int = ATTEMPTS) -> float:
        try:
            result = _on_executor(spark.sparkContext, order.trials, chosen)
        except Exception as error:
            if attempts == 1 or not lost_worker(error):
                raise
            wait_for_executors(spark, spec)
            return make(number, chosen, attempts - 1)
        study.keep(number, chosen, result)
        return result.accuracy_pct

    finished = study.finished()
    with LongestFirst(sum(spec.executor_cores) // spec.task_cpus) as slots:

        def start(number: int, chosen: Hyperparameters) -> Callable[[], float]:
            if is_result_of(chosen, trial := finished.get(number, {})):
                return lambda: trial["accuracy_pct"]
            return slots.submit(chosen.filters, lambda: make(number, chosen))

        made = order.search.run(start)
    return {"trials": len(made), "seconds": time.perf_counter() - started}


def _on_executor(context: Any, spec: TrialSpec, chosen: Hyperparameters) -> TrialResult:
    [result] = context.parallelize([chosen], 1).mapPartitions(functools.partial(_run, spec)).collect()
    return TrialResult(*result)


def _run(spec: TrialSpec, trials: Iterable[Hyperparameters]) -> Iterator[TrialResult]:
    for chosen in trials:
        yield run_trial(spec, Hyperparameters(*chosen))


if __name__ == "__main__":
    sys.exit(drive(sys.argv[1], sys.argv[2], search))
