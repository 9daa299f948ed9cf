"""The Spark driver of a search: each trial is a job of one task, as many at a time as there are slots.

Started by the supervisor as ``python -m runner.jobs.tune SPEC MASTER``; see `runner.jobs.driver`.
Finished trials are in the study's folder; they are not made again.
"""

from __future__ import annotations

import functools
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from runner.jobs.driver import drive, wait_for_executors
from runner.jobs.failures import lost_worker
from runner.spec import RunSpec
from runner.tuning.search import Suggested, left_of
from runner.tuning.study import Study
from runner.tuning.trial import Hyperparameters, TrialResult, TrialSpec, run_trial

ATTEMPTS = 3  # of a trial whose executor or Python worker was lost


def search(spark: Any, spec: RunSpec) -> dict[str, Any]:
    """Make the trials that are left of the study in the run's output folder."""
    started = time.perf_counter()
    study = Study(Path(str(spec.output)))
    order = study.order()

    def make(number: int, chosen: Hyperparameters) -> None:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                study.keep(number, chosen, _on_executor(spark.sparkContext, order.trials, chosen))
                return
            except Exception as error:
                if attempt == ATTEMPTS or not lost_worker(error):
                    raise
                wait_for_executors(spark, spec)

    def evaluate(group: Suggested) -> Mapping[int, float]:
        left = left_of(group, study.finished())
        for _ in slots.map(lambda number: make(number, group[number]), left):
            pass  # raises what a trial raised
        finished = study.finished()
        return {number: finished[number]["accuracy_pct"] for number in group}

    with ThreadPoolExecutor(sum(spec.executor_cores) // spec.task_cpus) as slots:
        made = order.search.run(evaluate)
    return {"trials": len(made), "seconds": time.perf_counter() - started}


def _on_executor(context: Any, spec: TrialSpec, chosen: Hyperparameters) -> TrialResult:
    [result] = context.parallelize([chosen], 1).mapPartitions(functools.partial(_run, spec)).collect()
    return TrialResult(*result)


def _run(spec: TrialSpec, trials: Iterable[Hyperparameters]) -> Iterator[TrialResult]:
    for chosen in trials:
        yield run_trial(spec, Hyperparameters(*chosen))


if __name__ == "__main__":
    sys.exit(drive(sys.argv[1], sys.argv[2], search))
