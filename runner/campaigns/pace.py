"""How long the rest of a campaign will take, from the runs that ended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from statistics import fmean

from runner.campaigns.history import Ended
from runner.plans.plan import PlannedRun


class Pace:
    """Mean wall time of the campaign's runs, by sampling rate: the parameter that decides most of it.

    Parameters
    ----------
    history : iterable of Ended
        Runs of the campaign that ended earlier.
    """

    def __init__(self, history: Iterable[Ended] = ()) -> None:
        self._seconds: dict[float, list[float]] = defaultdict(list)
        for one in history:
            self.add(one)

    def add(self, one: Ended) -> None:
        """Take note of a run that ended."""
        if one.wall_s is not None:
            self._seconds[one.run.configuration.sampling_rate_pct].append(one.wall_s)

    def expect(self, runs: Sequence[PlannedRun]) -> float | None:
        """Return the seconds that these runs will take; None as long as no run has ended."""
        if not self._seconds:
            return None
        of_any = fmean(seconds for of_rate in self._seconds.values() for seconds in of_rate)
        means = {rate: fmean(seconds) for rate, seconds in self._seconds.items()}
        return sum(means.get(run.configuration.sampling_rate_pct, of_any) for run in runs)
