"""A campaign's plan: configurations, repeats of them, and the order in which they run."""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, field, replace
from typing import Any

import pandas as pd

from runner.clusters.target import Target
from runner.networks.applications import Application
from runner.training.order import Training
from store.memory import FREE

MIB_PER_GIB = 1024
# What the identity of a plan means where it does not say: the first plans could not, and their names come from it.
UNSAID = {"memory_regime": FREE}
NAME_CHARACTERS = 80  # of an application in the default name of its campaign, which may have 100


@dataclass(frozen=True, order=True)
class Configuration:
    """What a run is given: the paper's E_num, cores over all executors, E_mem (MiB), P_size and SR (percent)."""

    num_executors: int
    total_cores: int
    executor_memory_mib: int
    images_per_partition: int
    sampling_rate_pct: float

    @property
    def executor_cores(self) -> list[int]:
        """Cores of each executor, as `spread_cores` has them."""
        return spread_cores(self.total_cores, self.num_executors)

    def __str__(self) -> str:
        memory = f"{self.executor_memory_mib / MIB_PER_GIB:g} GiB"
        cores = layout_text(self.executor_cores)
        return f"{cores} cores, {memory}, {self.images_per_partition} images/partition, {self.sampling_rate_pct:g} %"


def spread_cores(total_cores: int, num_executors: int) -> list[int]:
    """Return the cores of each executor: spread evenly, the remainder one by one, so the first have more (table 7)."""
    least, more = divmod(total_cores, num_executors)
    return [least + 1] * more + [least] * (num_executors - more)


def layout_text(executor_cores: Sequence[int]) -> str:
    """Return executors x cores, such as ``2 x 4``, or ``1 x 3 + 1 x 2`` of uneven ones."""
    return " + ".join(f"{number} x {cores}" for cores, number in Counter(executor_cores).items())


@dataclass(frozen=True, order=True)
class PlannedRun:
    """One repeat of one configuration."""

    configuration: Configuration
    repeat: int

    def __str__(self) -> str:
        return f"{self.configuration}, repeat {self.repeat}"

    def with_memory(self, memory_mib: int) -> PlannedRun:
        """Return the same run with another executor memory."""
        return replace(self, configuration=replace(self.configuration, executor_memory_mib=memory_mib))


def run_of_row(row: Mapping[Any, Any] | pd.Series[Any]) -> PlannedRun:
    """Return the planned run that a row of the store is (a row that the runner wrote)."""
    one = Configuration(
        num_executors=int(row["num_executors"]),
        total_cores=int(row["total_cores"]),
        executor_memory_mib=round(row["executor_memory_gb"] * MIB_PER_GIB),
        images_per_partition=int(row["images_per_partition"]),
        sampling_rate_pct=float(row["sampling_rate_pct"]),
    )
    return PlannedRun(one, int(row["repeat"]))


@dataclass(frozen=True)
class Plan:
    """What a campaign will do.

    Parameters
    ----------
    application : Application
    cluster, dataset : str
        Names; a campaign is about one application, one cluster and one data set.
    images : int
        Images in the whole data set.
    seed : int
        Of the order of the runs, the samples, the model's weights and the synthetic photos.
    runs : tuple of PlannedRun
        In the order in which they will run.
    target : Target
        Where they will run.
    memory_regime : str
        What the executor memory bounds; see `runner.clusters.memory`.
    training : Training or None
        How the runs train; None when they classify.
    """

    application: Application
    cluster: str
    dataset: str
    images: int
    seed: int
    runs: tuple[PlannedRun, ...]
    target: Target = field(default_factory=Target)
    memory_regime: str = FREE
    training: Training | None = None

    @property
    def identity(self) -> dict[str, Any]:
        """What must stay the same when a campaign is taken up again or extended."""
        same: dict[str, Any] = {
            "application": self.application.name,
            "cluster": self.cluster,
            "dataset": self.dataset,
            "images": self.images,
            "seed": self.seed,
        }
        if self.application.model_sha256 is not None:
            same |= {"model": self.application.model_sha256, "preprocessing": self.application.preprocessing}
        if self.memory_regime != UNSAID["memory_regime"]:
            same["memory_regime"] = self.memory_regime
        if self.training is not None:
            same |= self.training.identity
        return same

    def as_json(self) -> dict[str, Any]:
        """Return the plan for the store's campaign table; `read_runs` reads the runs back."""
        runs = [asdict(run.configuration) | {"repeat": run.repeat} for run in self.runs]
        return self.identity | {"private": self.target.is_private, "runs": runs}

    def default_campaign(self) -> str:
        """Return a campaign name made from the content, so that the same command again resumes."""
        content = json.dumps(self.identity | {"runs": [astuple(run) for run in sorted(self.runs)]}, sort_keys=True)
        return f"{self.application.name[:NAME_CHARACTERS]}-{hashlib.sha256(content.encode()).hexdigest()[:10]}"


def read_runs(plan: Mapping[str, Any]) -> list[PlannedRun]:
    """Return the runs of a plan as the store keeps it."""
    runs = [dict(run) for run in plan["runs"]]
    return [PlannedRun(repeat=run.pop("repeat"), configuration=Configuration(**run)) for run in runs]


def count_tasks(images: int, images_per_partition: int) -> int:
    """Return the number of partitions, and so of tasks, of a run."""
    return math.ceil(images / images_per_partition)


def fit_batch(images: int, tasks: int, largest: int) -> int:
    """Return the batch size that fills a partition with the least padding.

    Batches have a fixed shape, so the last one of a partition is padded, and padding costs as much as images. Speed
    hardly depends on the batch size in the upper half of what is allowed, so the size that pads least is taken.
    """
    partition = math.ceil(images / tasks)
    sizes = range(min(partition, largest), min(partition, largest) // 2, -1)
    return min(sizes, key=lambda size: math.ceil(partition / size) * size)
