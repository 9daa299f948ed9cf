"""The fewest runs that answer: a small design that tells the terms and exponents of scenario 5's law apart.

The law is linear in its coefficients, and its exponents have simple derivatives, so how well a set of runs determines
them is known before any of it runs: D-optimal design, as in Ernest (Venkataraman et al., NSDI 2016) and in textbooks
(Atkinson, Donev & Tobias, Optimum Experimental Designs, 2007).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from perfmodel.features import FloatArray
from perfmodel.law import ENOUGH_TO_CHOOSE
from perfmodel.lawform import Form, Rows
from perfmodel.scenarios import GROUP_COLUMNS, RATE

# Runs beyond the parameters that can be told: without any, no run could contradict the law.
SPARE = 2
# What the candidates show of a parameter counts from this share of what they show best.
TOLD_APART = 0.02
# The nominal law: what is fixed takes half as long as the smallest job's work, any other term a twentieth of the work.
_FIXED, _USUAL = 0.5, 0.05
# A run that tells nearly as much and is cheaper is taken instead.
NEARLY = 0.8
_PRIOR = 1e-4

_ABOUT = {
    "work": "how long the work itself takes",
    "start": "the start-up that no cluster shortens",
    "serial": "work on the data that no cluster shortens",
    "contention": "work that the cores of one executor cannot share",
    "overhead": "what each further executor costs",
    "coordination": "what collecting from more executors costs",
    "tasks": "what each further partition costs",
    "scheduling": "what each further partition takes on any cluster",
    "num_executors": "how much further executors help",
    "executor_cores": "how much further cores help",
    "executor_memory_gb": "whether more memory helps",
}


def fewest(candidates: pd.DataFrame) -> list[int]:
    """Choose the few of the candidate configurations that determine the law.

    Parameters
    ----------
    candidates : DataFrame
        ``num_executors, executor_cores, executor_memory_gb, images_per_partition, sampling_rate_pct``, a row a
        configuration.

    Returns
    -------
    list of int
        Positions, ascending: `SPARE` more than there are parameters that the candidates can tell apart, and more where
        scenario 5 needs executors and cores in more combinations to judge itself.
    """
    seen = np.column_stack(list(_sensitivities(candidates).values()))
    seconds = _nominal(candidates)[1]
    chosen = _added([], seen, seconds, min(_rank(seen) + SPARE, len(seen)))
    return sorted(_with_enough_groups(chosen, candidates, seen, seconds))


def reasons(chosen: pd.DataFrame) -> list[str]:
    """Say what each run of a design is for: what would be known worst without it, beside losing any other run.

    Parameters
    ----------
    chosen : DataFrame
        As `fewest` takes them; the rows of a design.
    """
    sensitivities = _sensitivities(chosen)
    seen = np.column_stack(list(sensitivities.values()))
    names = list(sensitivities)
    with_all = _variances(seen)
    worse = np.array([_variances(np.delete(seen, row, axis=0)) / with_all for row in range(len(seen))])
    own = worse / worse.mean(axis=0)  # the start-up, say, suffers from every loss
    return [f"tells {_ABOUT[names[int(ratio.argmax())]]}" for ratio in own]


def _sensitivities(rows: pd.DataFrame) -> dict[str, FloatArray]:
    """Relative change of the nominal time with each parameter, scaled to one size; those without any are left out."""
    terms, seconds = _nominal(rows)
    found = {name: term / seconds for name, term in terms.items()}
    for name in (one for one in (*GROUP_COLUMNS, "executor_memory_gb") if rows[one].nunique() > 1):
        found[name] = terms["work"] / seconds * np.log(rows[name].to_numpy(dtype=np.float64))
    sizes = {name: float(np.sqrt(np.mean(column**2))) for name, column in found.items()}
    return {name: column / sizes[name] for name, column in found.items() if sizes[name] > 0}


def _nominal(rows: pd.DataFrame) -> tuple[dict[str, FloatArray], FloatArray]:
    """The law's terms, each in the unit of the work, and their sum: a usual job."""
    columns = [*GROUP_COLUMNS, RATE, "executor_memory_gb", "images_per_partition"]
    executors, cores, rate, memory, images = (rows[name].to_numpy(dtype=np.float64) for name in columns)
    form = Form(serial=True, contention=True, overhead=True, tasks=True, scheduling=True)
    unknown = np.full_like(executors, np.nan)  # the size of the data set
    terms = form.terms(Rows(executors, cores, rate / 100, memory, images, unknown))
    work = terms["work"]
    told = {name: term for name, term in terms.items() if name in _TOLD_BY and _can_be_told(name, rows)}
    scaled = {"work": work, "start": np.full_like(work, _FIXED * work.min())}
    scaled |= {name: term * _USUAL * work.mean() / term.mean() for name, term in told.items()}
    return scaled, np.asarray(sum(scaled.values()), dtype=np.float64)


# What a term can be told by, and how many values of it that takes.
_TOLD_BY = {
    "serial": (RATE, 2),
    "contention": ("executor_cores", 2),
    "overhead": ("num_executors", 3),
    "coordination": ("num_executors", 4),
    "tasks": ("images_per_partition", 2),
    "scheduling": ("images_per_partition", 2),
}


def _can_be_told(name: str, rows: pd.DataFrame) -> bool:
    column, values = _TOLD_BY[name]
    return bool(rows[column].nunique() >= values)


def _rank(seen: FloatArray) -> int:
    sizes = np.linalg.svd(seen, compute_uv=False)
    return int((sizes > TOLD_APART * sizes[0]).sum())


def _added(chosen: Sequence[int], seen: FloatArray, seconds: FloatArray, wanted: int) -> list[int]:
    """Add the run that tells most about what is known least, until there are as many as wanted."""
    design = list(chosen)
    while len(design) < wanted:
        information = seen[design].T @ seen[design] + _PRIOR * np.eye(seen.shape[1])
        gains = np.einsum("ij,ji->i", seen, np.linalg.solve(information, seen.T))
        gains[design] = -np.inf
        good = np.flatnonzero(gains >= NEARLY * gains.max())
        design.append(int(good[seconds[good].argmin()]))
    return design


def _with_enough_groups(
    design: Sequence[int], candidates: pd.DataFrame, seen: FloatArray, seconds: FloatArray
) -> list[int]:
    groups = candidates.groupby(GROUP_COLUMNS).ngroup().to_numpy()
    enough = min(ENOUGH_TO_CHOOSE, int(groups.max()) + 1)
    found = list(design)
    while len(set(groups[found])) < enough:
        new = np.flatnonzero(~np.isin(groups, groups[found]))
        found.append(int(new[seconds[new].argmin()]))
    return found


def _variances(seen: FloatArray) -> FloatArray:
    return np.asarray(np.diag(np.linalg.inv(seen.T @ seen + _PRIOR * np.eye(seen.shape[1]))), dtype=np.float64)
