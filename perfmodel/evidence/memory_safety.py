"""How much executor memory was enough: what runs of at least the same load showed."""

from __future__ import annotations

from typing import Any, NamedTuple

import pandas as pd

from perfmodel.evidence.causes import NOTHING_BOUNDED, REGIME, regimes

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


def memory_regime(runs: pd.DataFrame) -> str:
    """What executor memory means in most of the runs (docs/decisions/0012); ``free`` where none says.

    Parameters
    ----------
    runs : DataFrame
        Run-log columns, with `causes.REGIME` or ``settings`` where they are known.
    """
    common = _regimes(runs).dropna().mode()
    return NOTHING_BOUNDED if common.empty else str(common.iat[0])


def in_regime(runs: pd.DataFrame, regime: str) -> pd.DataFrame:
    """The runs whose memory can be compared: those of the regime, and those that state none."""
    stated = _regimes(runs)
    return runs[stated.isna() | stated.eq(regime)]


def _regimes(runs: pd.DataFrame) -> pd.Series[Any]:
    if REGIME in runs:
        return runs[REGIME]
    if "settings" not in runs:
        return pd.Series(None, runs.index, dtype=object)
    return regimes(runs)


def memory_safety(
    runs: pd.DataFrame, executor_cores: int, images_per_partition: float | None, regime: str | None = None
) -> MemorySafety:
    """Look at all runs of a regime, failed ones too.

    More cores an executor and more images a partition are more images in memory at a time: the load.

    Parameters
    ----------
    runs : DataFrame
        Run-log columns, of one application on one cluster.
    executor_cores : int
    images_per_partition : float or None
        None where the runs do not say: then cores alone are the load.
    regime : str, optional
        Memory of other regimes does not compare; the default is that of `memory_regime`.
    """
    real = runs[runs["origin"].isin(REAL)]
    real = in_regime(real, memory_regime(real) if regime is None else regime)
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
