"""One model to fit, complete with its runs: the piece of work that goes to another process or another machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from perfmodel.artifacts import environment
from perfmodel.errors import PerfmodelError, WorkerError
from perfmodel.evidence.causes import REGIME, SPLIT_IMAGES
from perfmodel.model import ScenarioModel

FEATURE_COLUMNS = [
    "num_executors",
    "executor_cores",
    "total_cores",
    "executor_memory_gb",
    "images_per_partition",
    "sampling_rate_pct",
    REGIME,
    SPLIT_IMAGES,
]


@dataclass(frozen=True)
class FitJob:
    """A scenario to be fitted on the runs of a pair.

    Attributes
    ----------
    name : str
        The model's name in the registry.
    model : ScenarioModel
        Not fitted.
    runs : DataFrame
        ``completion_time_s`` and `FEATURE_COLUMNS`; one that is not there is unknown of all runs.
    environment : mapping of str to str
        The versions that the model must be fitted with, as `perfmodel.artifacts.environment` says them.
    """

    name: str
    model: ScenarioModel
    runs: pd.DataFrame
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Fitted:
    """What became of a job: a fitted model, or the reason why there is none."""

    name: str
    model: ScenarioModel | None
    refused: str = ""


def fit(job: FitJob) -> Fitted:
    """Fit one model. It is the same to the last bit wherever it is fitted with the same libraries and processor type.

    Raises
    ------
    WorkerError
        When the libraries here are not those of the job: the registry would name the wrong ones.
    """
    here = environment()
    other = [
        f"{name} {here[name]} instead of {version}"
        for name, version in job.environment.items()
        if here[name] != version
    ]
    if other:
        raise WorkerError(f"a worker has {', '.join(other)}; install the same requirements.txt there")
    try:
        job.model.fit(job.runs.reindex(columns=FEATURE_COLUMNS), job.runs["completion_time_s"])
    except PerfmodelError as error:
        return Fitted(job.name, None, str(error))
    return Fitted(job.name, job.model)
