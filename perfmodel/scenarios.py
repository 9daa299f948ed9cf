"""The scenarios of the paper's table 8, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from perfmodel.errors import NotEnoughRunsError, UnknownNameError
from perfmodel.features import FEATURES

FULL = 100.0


@dataclass(frozen=True)
class Scenario:
    """Which features predict completion time, and how they are combined.

    Attributes
    ----------
    name, title : str
        As in table 8; a few words for people.
    features : tuple of str
        Names in `perfmodel.features.FEATURES`.
    combine : {"features", "product"}
        ``features``: one level, the features predict completion time. ``product``: two levels, one level-1 model a
        feature predicts scaled completion time, and their product is the one feature of level 2.
    train_on : {"full", "samples"}
        Train on runs over the whole data set, or on runs over samples of it, to answer for the whole.
    description : str
        One sentence for the screen.
    """

    name: str
    title: str
    features: tuple[str, ...]
    combine: Literal["features", "product"]
    train_on: Literal["full", "samples"]
    description: str

    @property
    def columns(self) -> list[str]:
        """Run-log columns behind the features; the others are averaged away."""
        return [FEATURES[name].column for name in self.features]

    @property
    def configuration_columns(self) -> list[str]:
        """The columns that make a configuration, as this scenario sees it."""
        return [column for column in self.columns if column != "sampling_rate_pct"]

    @property
    def extrapolates(self) -> bool:
        """Whether the scenario is asked about sampling rates larger than any it was trained on."""
        return self.train_on == "samples"

    def average(self, runs: pd.DataFrame) -> pd.DataFrame:
        """Mean completion time (s) of each combination of this scenario's columns and the sampling rate."""
        keys = [*self.configuration_columns, "sampling_rate_pct"]
        return runs.groupby(keys)["completion_time_s"].mean().reset_index()

    def training_rows(self, averaged: pd.DataFrame) -> pd.DataFrame:
        """The averaged rows that train this scenario.

        Raises
        ------
        NotEnoughRunsError
            With what is missing.
        """
        is_full = averaged["sampling_rate_pct"] == FULL
        if self.train_on == "full":
            return self._enough(averaged[is_full], "runs over the whole data set (sampling rate 100 %)")
        below = averaged["sampling_rate_pct"] < FULL
        rates = averaged.loc[below, "sampling_rate_pct"].nunique()
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
            name="4-2",
            title="Scenario 4-2",
            features=("1/executor_cores", "1/num_executors", "sampling_rate_pct"),
            combine="product",
            train_on="samples",
            description="Learns from cheap runs over samples; multiplies effects of cores, executors and data size.",
        ),
    )
}


def scenario_named(name: str) -> Scenario:
    """Look a scenario up, or say which there are."""
    if name not in SCENARIOS:
        raise UnknownNameError(f"there is no scenario {name!r}; choose from {', '.join(SCENARIOS)}")
    return SCENARIOS[name]
