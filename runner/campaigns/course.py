"""Where a campaign stands: what has ended, what is next, and how long the rest will take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from runner.campaigns.history import Ended
from runner.campaigns.minimum_memory import Agenda, revise
from runner.campaigns.pace import Pace
from runner.clusters.host import visible_memory_mib
from runner.plans.plan import PlannedRun, read_runs


@dataclass(frozen=True)
class Standing:
    """How far a campaign is.

    Parameters
    ----------
    total, done, failed : int
        Runs in all; those that have a result; those of them that failed.
    rest_s, rest_after_next_s : float or None
        Seconds that all runs without a result will take, and those after the next of them; None when nothing is known.
    last_failure : str
        What failed last and why; empty when nothing did.
    """

    total: int
    done: int
    failed: int
    rest_s: float | None
    rest_after_next_s: float | None
    last_failure: str

    @property
    def left(self) -> int:
        """Runs without a result."""
        return self.total - self.done

    def remaining_s(self, elapsed_s: float) -> float | None:
        """Return the seconds that the rest will take when the next run has been going for `elapsed_s`."""
        if self.rest_s is None or self.rest_after_next_s is None:
            return None
        return max(self.rest_s - elapsed_s, self.rest_after_next_s)


class Course:
    """A plan and what became of it so far.

    Parameters
    ----------
    planned : sequence of PlannedRun
    history : sequence of Ended
        Runs of the campaign that ended earlier.
    retry_failed : bool
        Those of them that failed count as not done.
    machine_mib : int or None
        Memory for all executors together.
    """

    def __init__(
        self,
        planned: Sequence[PlannedRun],
        history: Sequence[Ended],
        *,
        retry_failed: bool = False,
        machine_mib: int | None = None,
    ) -> None:
        self._planned = planned
        self._history = list(history)
        self._machine_mib = machine_mib
        self._results = {one.run: one for one in history if one.status == "ok" or not retry_failed}
        self._pace = Pace(history)
        self._last_failure = next((one for one in reversed(self._history) if one.status != "ok"), None)
        self.agenda: Agenda = revise(planned, history, machine_mib)

    @classmethod
    def of_stored(cls, plan: Mapping[str, Any], history: Sequence[Ended]) -> Course:
        """Return the course of a plan as the store keeps it; older plans do not say where they run."""
        machine_mib = visible_memory_mib() if plan.get("private", True) else None
        return cls(read_runs(plan), history, machine_mib=machine_mib)

    def take(self, ended: Ended) -> None:
        """Take note of a run that ended."""
        self._history.append(ended)
        self._results[ended.run] = ended
        self._pace.add(ended)
        if ended.status != "ok":
            self._last_failure = ended
        if ended.lacked_memory:
            self.agenda = revise(self._planned, self._history, self._machine_mib)

    @property
    def left(self) -> list[PlannedRun]:
        """Runs that are still to be run, in order."""
        return [run for run in self.agenda.runs if run not in self._results]

    @property
    def standing(self) -> Standing:
        """Where the campaign stands now."""
        left, total = self.left, len(self.agenda.runs)
        failed = sum(self._results[run].status != "ok" for run in self.agenda.runs if run in self._results)
        failure = self._last_failure
        said = f"{failure.run}: {failure.status} ({failure.failure_kind}): {failure.reason}" if failure else ""
        expect = self._pace.expect
        return Standing(total, total - len(left), failed, expect(left), expect(left[1:]), said)
