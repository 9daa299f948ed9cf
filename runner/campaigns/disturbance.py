"""Runs that something from outside disturbed, and what speaks for it; and what made a run differ from its repeats."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median, stdev
from typing import Any

import numpy as np
import pandas as pd

from runner.plans.plan import run_of_row

Row = Mapping[Any, Any]
TaskSeconds = Callable[[str], float | None]  # by run_id; None where they are not known
# Repeats that vary less, in percent of their mean, are taken as one measurement.
STEADY_PCT = 5.0
# What a run may miss; an idle machine with two cores showed 0.02 to 0.04 cores that were busy with something else.
NOTICEABLE_CORES = 0.2
# Undisturbed tasks get 93 to 98 % of their core; one that was disturbed got 81 % (docs/measured-campaign.md).
NOTICEABLE_SHARE = 0.05
_PHASES = {
    "model_load_s": "loading the model",
    "decode_s": "decoding",
    "predict_s": "prediction",
    "compute_s": "computing gradients",
    "exchange_s": "exchanging gradients",
    "scheduling_s": "scheduling",
}


@dataclass(frozen=True)
class Finding:
    """A run and what is to be said of it."""

    run_id: str
    run: str
    completion_time_s: float
    why: str


def find_disturbed(runs: pd.DataFrame) -> list[Finding]:
    """Return the runs that something from outside disturbed.

    Signs are cores that other processes or other machines took although the run could have used them, and tasks that
    got less of their cores than those of their peers: runs with the same executors, cores, sampling rate and number of
    tasks at a time.

    Parameters
    ----------
    runs : DataFrame
        Run-log columns; the runs of one campaign.
    """
    rows = _measured(runs)
    usual = _usual_other_cores(rows)
    peers = defaultdict(list)
    for row in rows:
        peers[_layout(row)].append(_cpu_share(row))
    return [
        _finding(row, "; ".join(reasons))
        for row in rows
        if (reasons := [*_taken_cores(row, usual), *_small_share(row, median(peers[_layout(row)]))])
    ]


def find_unsteady(runs: pd.DataFrame, task_s: TaskSeconds) -> list[Finding]:
    """Return the run furthest from its repeats, for each configuration that varies by `STEADY_PCT` or more.

    ``why`` names the phase that differed most from the repeats: what there is to say of a run that nothing from
    outside seems to have disturbed.

    Parameters
    ----------
    runs : DataFrame
        Run-log columns; the runs of one campaign.
    task_s : callable
        Returns the seconds that the tasks of a run took together; asked for the runs of unsteady configurations alone.
    """
    groups = defaultdict(list)
    for row in _measured(runs):
        groups[run_of_row(row).configuration].append(row)
    unsteady = [rows for rows in groups.values() if variation_pct([_time(row) for row in rows]) >= STEADY_PCT]
    return [_furthest(rows, task_s) for rows in unsteady]


def variation_pct(times_s: Sequence[float]) -> float:
    """Return the coefficient of variation (n - 1) in percent; NaN for fewer than two times."""
    return 100 * stdev(times_s) / fmean(times_s) if len(times_s) > 1 else float("nan")


def _measured(runs: pd.DataFrame) -> list[Row]:
    return list(runs[runs["status"] == "ok"].to_dict("records"))


def _time(row: Row) -> float:
    return float(row["completion_time_s"])


def _finding(row: Row, why: str) -> Finding:
    return Finding(row["run_id"], str(run_of_row(row)), _time(row), why)


def _layout(row: Row) -> tuple[Any, ...]:
    at_a_time = min(row["settings"]["tasks"], row["total_cores"])
    return row["num_executors"], row["total_cores"], row["sampling_rate_pct"], at_a_time


def _cpu_share(row: Row) -> float:
    settings = row["settings"]
    return float(settings["work_cpu_s"] / (settings["work_wall_s"] * settings["task_cpus"]))


def _usual_other_cores(rows: Sequence[Row]) -> float:
    # The quietest quarter shows what the machine does anyway.
    seen = [row["settings"]["other_cores"] for row in rows if "other_cores" in row["settings"]]
    return float(np.quantile(seen, 0.25)) if seen else 0.0


def _taken_cores(row: Row, usual: float) -> Iterator[str]:
    settings = row["settings"]
    if "other_cores" not in settings:
        return  # nobody could look at the nodes of an existing cluster
    others, cpus = settings["other_cores"], settings["host_cpus"]
    spare = max(0, cpus - row["total_cores"])  # others may have what the run does not ask for
    if min(others - spare, others - usual) > NOTICEABLE_CORES:
        load = settings["host_load_before"]
        yield f"other processes kept {others:.2f} of {cpus} cores busy (load {load:.1f} before it)"
    if settings["stolen_cores"] > NOTICEABLE_CORES:
        yield f"the hypervisor gave {settings['stolen_cores']:.2f} cores to other machines"


def _small_share(row: Row, usual: float) -> Iterator[str]:
    share = _cpu_share(row)
    if share < usual - NOTICEABLE_SHARE:
        yield f"its tasks got {share:.0%} of a core, those of its peers {usual:.0%}"


def _furthest(rows: Sequence[Row], task_s: TaskSeconds) -> Finding:
    middle = median(_time(row) for row in rows)
    row = max(rows, key=lambda one: abs(_time(one) - middle))
    rest = [one for one in rows if one is not row]
    why = f"{_time(row) - middle:+.1f} s from the median of its repeats; {_phase_text(row, rest, task_s)}"
    return _finding(row, why)


def _phase_text(row: Row, rest: Sequence[Row], task_s: TaskSeconds) -> str:
    here, others = _phases(row, task_s), [_phases(one, task_s) for one in rest]
    off = {phase: seconds - fmean(one[phase] for one in others) for phase, seconds in here.items()}
    most = max(off, key=lambda phase: abs(off[phase]))
    return f"{most} differs most: {off[most]:+.1f} s over all tasks"


def _phases(row: Row, task_s: TaskSeconds) -> dict[str, float]:
    """The seconds of each phase over all tasks; what tasks of inference do before it is starting Python."""
    settings, tasks_s = row["settings"], task_s(row["run_id"])
    seen = {said: float(settings[phase]) for phase, said in _PHASES.items() if phase in settings}
    if "predict_s" in settings and tasks_s is not None:
        seen["starting Python and loading TensorFlow"] = tasks_s - sum(seen.values())
    return seen
