"""How long planned runs will take, by the current models: the runner's one door to perfmodel (decision 11)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from runner.plans.plan import MIB_PER_GIB, Plan, PlannedRun
from runner.training.order import Training
from store import Store
from store.errors import SparkcastError
from store.registry.models import model_name


@dataclass(frozen=True)
class Expectation:
    """What a model expects of some runs.

    Parameters
    ----------
    seconds : dict of PlannedRun to float
        Completion time and everything around it: starting the cluster and ending it. Empty when no model can say.
    source : str
        Which model says so, or why there is none.
    """

    seconds: dict[PlannedRun, float]
    source: str


def expect_runs(store: Store, plan: Plan, runs: Sequence[PlannedRun]) -> Expectation:
    """Ask the champion that is most accurate on held-out configurations; never fails for want of a model."""
    # Here, because planning must not wait for scikit-learn when nobody asks for times.
    from perfmodel import catalog
    from perfmodel.answers import prediction

    application, cluster = plan.identity["application"], plan.cluster
    usable = catalog.usable_runs(store, application, cluster)
    questions = _questions(runs, _images_ratio(plan, usable))
    try:
        models = catalog.champions(store, application, cluster)
        scenario = prediction.best_scenario({name: one.model for name, one in models.items()}, questions)
        if plan.training is not None:
            name = model_name(application, cluster, scenario)
            _check_job(plan.training, catalog.training_runs(store, name, models[scenario].version, usable))
    except SparkcastError as error:
        return Expectation({}, str(error))
    around_s = _around_s(usable)
    seconds = models[scenario].model.predict(questions) + around_s
    source = f"scenario {scenario} v{models[scenario].version}, and {around_s:.0f} s a run for its cluster"
    return Expectation(dict(zip(runs, seconds.tolist(), strict=True)), source)


def _check_job(training: Training, learned: pd.DataFrame) -> None:
    """Refuse to answer for other trainings than those that were learned from."""
    from perfmodel.evidence.jobs import job_of

    asked, known = job_of(training.identity), job_of(learned["settings"].iloc[0])
    if asked != known:
        raise SparkcastError(f"the models learned from other trainings ({known}) than these ({asked})")


def _images_ratio(plan: Plan, learned: pd.DataFrame) -> float:
    # A rate is a share of the data set that the models were fitted on; here it may be a share of another.
    size = learned["dataset_images"].max()
    return 1.0 if pd.isna(size) else plan.images / float(size)


def _questions(runs: Sequence[PlannedRun], images_ratio: float) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "num_executors": one.num_executors,
            "executor_cores": max(one.executor_cores),
            "total_cores": one.total_cores,
            "executor_memory_gb": one.executor_memory_mib / MIB_PER_GIB,
            "images_per_partition": one.images_per_partition,
            "sampling_rate_pct": one.sampling_rate_pct * images_ratio,
        }
        for one in (run.configuration for run in runs)
    )


def _around_s(earlier: pd.DataFrame) -> float:
    """Median seconds of a run outside its completion time; 0 when no run tells."""
    walls = pd.to_numeric(earlier["settings"].map(lambda settings: settings.get("run_wall_s")))
    around = (walls - earlier["completion_time_s"]).median()
    return 0.0 if pd.isna(around) else float(around)
