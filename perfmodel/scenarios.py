"""The scenarios of the paper's table 8 and those beside it, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from perfmodel.errors import NotEnoughRunsError, UnknownNameError
from perfmodel.evidence.causes import SPLIT_IMAGES, causes
from perfmodel.features import FEATURES

FULL = 100.0
RATE = "sampling_rate_pct"
# Scores and, where leaving out single rows is out of reach, searches hold these out together: no model may know any
# run with the executors and cores that it is asked about.
GROUP_COLUMNS = ["num_executors", "executor_cores"]

Combine = Literal["features", "columns", "product"]
Train = Literal["full", "samples", "all"]
Estimator = Literal["techniques", "law", "ernest", "boosted"]


@dataclass(frozen=True)
class Scenario:
    """Which features predict completion time, and how they are combined.

    Attributes
    ----------
    name, title : str
        As in table 8; a few words for people.
    features : tuple of str
        Names in `perfmodel.features.FEATURES`.
    combine : {"features", "columns", "product"}
        ``features``: one level, the features predict completion time. The others have two levels: one level-1 model a
        feature predicts scaled completion time, and level 2 predicts completion time from the level-1 predictions,
        each as a feature (``columns``, the paper's level 2-1) or their product (``product``, level 2-2).
    train_on : {"full", "samples", "all"}
        Train on runs over the whole data set, on runs over samples of it, to answer for the whole, or on all.
    description : str
        One sentence for the screen.
    estimator : {"techniques", "law", "ernest", "boosted"}
        The paper's techniques, or an estimator with a form of its own, for which ``combine`` says nothing.
    optional : tuple of str
        Features that are used where every run states them.
    """

    name: str
    title: str
    features: tuple[str, ...]
    combine: Combine
    train_on: Train
    description: str
    estimator: Estimator = "techniques"
    optional: tuple[str, ...] = ()

    @property
    def columns(self) -> list[str]:
        """Run-log columns behind the features; the others are averaged away."""
        return [FEATURES[name].column for name in self.features]

    @property
    def configuration_columns(self) -> list[str]:
        """The columns that make a configuration, as this scenario sees it."""
        return [column for column in self.columns if column != RATE]

    @property
    def extrapolates(self) -> bool:
        """Whether the scenario is asked about sampling rates larger than any it was trained on."""
        return self.train_on == "samples"

    def answers_for(self, rates: pd.Series[float]) -> pd.Series[bool]:
        """Whether the scenario applies to each sampling rate (percent): some answer for the whole data set only."""
        return rates == FULL if self.train_on == "full" else rates > 0

    def average(self, runs: pd.DataFrame) -> pd.DataFrame:
        """Mean completion time (s) of each combination of this scenario's columns and the sampling rate.

        What counts as cores and memory, `perfmodel.evidence.causes.causes` says.

        Raises
        ------
        NotEnoughRunsError
            When some run does not state a column that the scenario needs.
        """
        runs = causes(runs, self.columns)
        optional = [name for name in self.optional if name in runs and runs[name].notna().all()]
        keys = [*self.configuration_columns, *optional, RATE]
        stated = runs.reindex(columns=[*keys, "completion_time_s"])
        lacking = stated[keys].isna().sum()
        if lacking.any():
            missing = ", ".join(
                f"{key} ({count} of {len(runs)} runs lack it)" for key, count in lacking.items() if count
            )
            raise NotEnoughRunsError(f"scenario {self.name} needs {missing}; import runs that state it")
        return stated.groupby(keys)["completion_time_s"].mean().reset_index()

    def training_rows(self, averaged: pd.DataFrame) -> pd.DataFrame:
        """The averaged rows that train this scenario.

        Raises
        ------
        NotEnoughRunsError
            With what is missing.
        """
        if self.train_on == "all":
            return self._enough(averaged, "runs")
        is_full = averaged[RATE] == FULL
        if self.train_on == "full":
            return self._enough(averaged[is_full], "runs over the whole data set (sampling rate 100 %)")
        below = averaged[RATE] < FULL
        rates = averaged.loc[below, RATE].nunique()
        if rates < 2:
            raise NotEnoughRunsError(
                f"scenario {self.name} learns the data size from at least 2 sampling rates below 100 %, and the runs "
                f"have {rates}; profile a second one, e.g. 1 % and 10 %"
            )
        return self._enough(averaged[below], "runs over samples (sampling rate below 100 %)")

    def _enough(self, rows: pd.DataFrame, what: str) -> pd.DataFrame:
        configurations = rows[self.configuration_columns].drop_duplicates().shape[0]
        if configurations < 2:
            raise NotEnoughRunsError(
                f"scenario {self.name} needs {what} of at least 2 configurations "
                f"({', '.join(self.configuration_columns)}), and there are {configurations}"
            )
        return rows.reset_index(drop=True)


_CLUSTER = ("1/executor_cores", "1/num_executors")

SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario(
            name="baseline",
            title="Baseline",
            features=("executor_cores", "1/num_executors"),
            combine="features",
            train_on="full",
            description="Learns from runs over the whole data set; answers for the whole data set only.",
        ),
        Scenario(
            name="1",
            title="Scenario 1",
            features=("executor_cores", "1/num_executors", "executor_memory_gb", "images_per_partition", RATE),
            combine="features",
            train_on="samples",
            description="Learns from runs over samples, from every column of the configuration at once.",
        ),
        Scenario(
            name="2",
            title="Scenario 2",
            features=("executor_cores", "1/num_executors", RATE),
            combine="features",
            train_on="samples",
            description="Learns from runs over samples, from cores, executors and data size at once.",
        ),
        Scenario(
            name="3-1",
            title="Scenario 3-1",
            features=_CLUSTER,
            combine="columns",
            train_on="full",
            description="Learns the effects of cores and executors one by one on the whole data set, and adds them up.",
        ),
        Scenario(
            name="3-2",
            title="Scenario 3-2",
            features=_CLUSTER,
            combine="product",
            train_on="full",
            description="Learns the effects of cores and executors one by one on the whole data set; multiplies them.",
        ),
        Scenario(
            name="4-1",
            title="Scenario 4-1",
            features=(*_CLUSTER, RATE),
            combine="columns",
            train_on="samples",
            description="Learns from cheap runs over samples; adds the effects of cores, executors and data size up.",
        ),
        Scenario(
            name="4-2",
            title="Scenario 4-2",
            features=(*_CLUSTER, RATE),
            combine="product",
            train_on="samples",
            description="Learns from cheap runs over samples; multiplies effects of cores, executors and data size.",
        ),
        Scenario(
            name="5",
            title="Scenario 5",
            features=("executor_cores", "num_executors", RATE),
            combine="features",
            train_on="all",
            description="One smooth law: start-up that stays, work that shrinks with the cluster, cores helping less.",
            estimator="law",
            optional=("executor_memory_gb", "images_per_partition", SPLIT_IMAGES),
        ),
        Scenario(
            name="ernest",
            title="Ernest",
            features=("executor_cores", "num_executors", RATE),
            combine="features",
            train_on="all",
            description="Related work: non-negative least squares on size and machines (Venkataraman et al. 2016).",
            estimator="ernest",
        ),
        Scenario(
            name="boosted",
            title="Boosted trees",
            features=("executor_cores", "num_executors", RATE),
            combine="features",
            train_on="all",
            description="Related work: gradient-boosted trees on the logarithm of completion time.",
            estimator="boosted",
            optional=("executor_memory_gb", "images_per_partition"),
        ),
    )
}


def scenario_named(name: str) -> Scenario:
    """Look a scenario up, or say which there are."""
    if name not in SCENARIOS:
        raise UnknownNameError(f"there is no scenario {name!r}; choose from {', '.join(SCENARIOS)}")
    return SCENARIOS[name]
