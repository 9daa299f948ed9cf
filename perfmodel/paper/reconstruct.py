"""The paper's runs, rebuilt from its published tables.

The authors published averages, not runs. This module multiplies the averages back into a full grid, so that the
models can be fitted on the paper's cluster. The result is a reconstruction, never a measurement: every run carries
``origin = "reconstructed"``.
"""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd

from perfmodel.paper.published import (
    CLUSTER,
    Band,
    PublishedApplication,
    applications,
    published,
    published_application,
)

SEED = 2020


def reconstruct(application: str, seed: int = SEED) -> pd.DataFrame:
    """Rebuild the 1,260 runs of one CNN on the paper's cluster.

    ``completion_time_s = K x table 5a(cores) x table 5b(executors) x table 2(sampling rate)``, varied by executor
    memory and images per partition inside the min-max of tables 3 and 4. ``K`` is such that the 12 averages at
    100 % add up to the published collecting time of the baseline.

    Parameters
    ----------
    application : str
        ``inception_v4``, ``resnet50`` or ``xception``.
    seed : int
        Seeds the variation over memory and partition size.

    Returns
    -------
    DataFrame of shape (1260, 15)
        Rows in the run-log contract, ``completion_time_s`` in seconds, ``origin`` reconstructed.
    """
    figures = published_application(application)
    runs = _grid()
    runs["completion_time_s"] = _completion_times(runs, figures, _random(application, seed))
    runs.insert(0, "application", application)
    runs.insert(1, "cluster", CLUSTER)
    images = published()["dataset"]["images"]
    runs["dataset_images"] = images
    runs["input_images"] = (runs["sampling_rate_pct"] / 100 * images).round().astype("int64")
    return runs.assign(
        status="ok",
        origin="reconstructed",
        campaign=CLUSTER,
        repeat=1,
        spark_version=published()["cluster"]["spark"],
    )


def _grid() -> pd.DataFrame:
    """Table 9: 7 x 3 x 4 x 5 x 3 = 1,260 configurations and sampling rates."""
    grid = published()["grid_table_9"]
    columns = [
        "executor_memory_gb",
        "num_executors",
        "executor_cores",
        "images_per_partition",
        "sampling_rate_pct",
    ]
    runs = pd.DataFrame(itertools.product(*(grid[column] for column in columns)), columns=columns)
    return runs.astype({"executor_memory_gb": float, "sampling_rate_pct": float})


def _random(application: str, seed: int) -> np.random.Generator:
    return np.random.default_rng([seed, applications().index(application)])


def _completion_times(
    runs: pd.DataFrame, figures: PublishedApplication, random: np.random.Generator
) -> pd.Series[float]:
    shape: pd.Series[float] = (
        runs["executor_cores"].map(figures.by_cores)
        * runs["num_executors"].map(figures.by_executors)
        * runs["sampling_rate_pct"].map(figures.by_sampling_rate)
        * _variation(runs, "executor_memory_gb", figures.memory, random)
        * _variation(runs, "images_per_partition", figures.images_per_partition, random)
    )
    full = runs["sampling_rate_pct"] == 100
    averages = shape[full].groupby([runs["num_executors"], runs["executor_cores"]]).mean()
    return shape * (figures.baseline_t1_s / averages.sum())


def _variation(runs: pd.DataFrame, column: str, band: Band, random: np.random.Generator) -> pd.Series[float]:
    """A factor a level of ``column``, drawn anew in every cell of cores x executors x sampling rate.

    Constant inside (cell, level), so that the ratios over ``column`` with all else equal stay inside the band.
    """
    key = ["num_executors", "executor_cores", "sampling_rate_pct", column]
    cells = runs[key].drop_duplicates().reset_index(drop=True)
    mode = float(np.clip(3 * band.mean - band.low - band.high, band.low, band.high))
    cells["factor"] = random.triangular(band.low, mode, band.high, size=len(cells))
    return runs[key].merge(cells, on=key, how="left")["factor"].set_axis(runs.index)
