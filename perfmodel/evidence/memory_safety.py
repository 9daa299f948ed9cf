"""How much executor memory was enough: what runs of at least the same load showed."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

# Runs that really ran: rows that were reconstructed or simulated cannot run out of memory.
REAL = ("measured", "uploaded")


class MemorySafety(NamedTuple):
    """What the runs show of the memory that a load needs.

    Attributes
    ----------
    safe_gb : float or None
        Smallest executor memory (GiB) with which a run of this load or a heavier one ended well, and above which none
        of this load or a lighter one ran out; None when no run shows it.
    lacking_gb : float or None
        Largest memory with which a run of this load or a lighter one ran out; None when none did.
    runs : int
        Runs that tell about this load.
    """

    safe_gb: float | None
    lacking_gb: float | None
    runs: int


def memory_safety(runs: pd.DataFrame, executor_cores: int, images_per_partition: float | None) -> MemorySafety:
    """Look at all runs, failed ones too.

    More cores an executor and more images a partition are more images in memory at a time: the load.

    Parameters
    ----------
    runs : DataFrame
        Run-log columns, of one application on one cluster.
    executor_cores : int
    images_per_partition : float or None
        None where the runs do not say: then cores alone are the load.
    """
    real = runs[runs["origin"].isin(REAL)]
    cores = real["executor_cores"]
    heavier, lighter = cores >= executor_cores, cores <= executor_cores
    if images_per_partition is not None:
        images = real["images_per_partition"].astype(float)
        heavier, lighter = heavier & (images >= images_per_partition), lighter & (images <= images_per_partition)
    lacking = real.loc[lighter & (real["status"] == "oom"), "executor_memory_gb"]
    well = real.loc[heavier & (real["status"] == "ok"), "executor_memory_gb"]
    most = None if lacking.empty else float(lacking.max())
    safe = well if most is None else well[well > most]
    return MemorySafety(None if safe.empty else float(safe.min()), most, len(lacking) + len(well))
