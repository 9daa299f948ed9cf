"""What became of a campaign's runs so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from runner.plans.plan import PlannedRun, run_of_row
from store import Store
from store.memory import FREE, HEAP, PROCESS

# The failures that more executor memory can cure, by what that memory bounds.
_CURED_BY_MEMORY = {FREE: {"oom_heap"}, HEAP: {"oom_heap"}, PROCESS: {"oom_kill", "oom_python"}}


@dataclass(frozen=True)
class Ended:
    """A run that has a result.

    Parameters
    ----------
    run : PlannedRun
    images : int
        Images in its sample.
    status : str
        Of the run log: ok, oom, failed.
    failure_kind : str or None
    memory_regime : str
        What the executor memory bounded.
    wall_s : float or None
        Seconds that the whole run took, cluster included; None when nobody noted them.
    reason : str
        Why it failed; empty when it did not.
    """

    run: PlannedRun
    images: int
    status: str
    failure_kind: str | None
    memory_regime: str
    wall_s: float | None
    reason: str

    @property
    def lacked_memory(self) -> bool:
        """Whether more executor memory could have changed the result."""
        return self.failure_kind in _CURED_BY_MEMORY[self.memory_regime]


def ended_of_row(row: Mapping[Any, Any] | pd.Series[Any]) -> Ended:
    """Return what a row of the store (one that the runner wrote) says."""
    settings = row["settings"]
    return Ended(
        run=run_of_row(row),
        images=int(row["input_images"]),
        status=str(row["status"]),
        failure_kind=row["failure_kind"],
        memory_regime=settings["memory_regime"],
        wall_s=settings.get("run_wall_s"),
        reason=settings.get("reason", ""),
    )


def load_runs(store: Store, campaign: str, plan: Mapping[str, Any]) -> pd.DataFrame:
    """Return the rows of the store that a campaign of this identity measured, in the order in which they started.

    Runs of other clusters may have come in under the same name, with an upload for example.
    """
    about = {"application": plan["application"], "cluster": plan["cluster"]}
    return store.runs.load(campaign=campaign, origin="measured", **about).sort_values("started_at")


def history_of(runs: pd.DataFrame) -> list[Ended]:
    """Return what rows that `load_runs` returned say."""
    return [ended_of_row(row) for _, row in runs.iterrows()]
