"""What a campaign showed, and how far to trust it: gathered from the store, which knows all of it."""

from __future__ import annotations

import difflib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Any

import pandas as pd

from runner.campaigns.course import Course
from runner.campaigns.disturbance import Finding, find_disturbed, find_unsteady, variation_pct
from runner.campaigns.history import Ended, history_of, load_runs
from runner.campaigns.minimum_memory import SafeMemory, Skipped, safe_memory
from runner.errors import RunnerError
from runner.plans.plan import Configuration
from store import Store


@dataclass(frozen=True)
class Variation:
    """How well the completion times of a configuration repeat.

    Parameters
    ----------
    configuration : Configuration
    runs : int
        That ended well.
    mean_s : float
    cv_pct : float or None
        Standard deviation (n - 1) in percent of the mean; None for a single run.
    """

    configuration: Configuration
    runs: int
    mean_s: float
    cv_pct: float | None


@dataclass(frozen=True)
class Report:
    """All that is to be said of a campaign.

    Parameters
    ----------
    campaign, application, cluster, dataset : str
    planned, done, left : int
        Runs.
    failures : dict
        Number of failed runs by failure kind.
    last_failures : dict
        Why the last run of each kind failed.
    variations : list of Variation
    disturbed, unsteady : list of Finding
    safe_memory : list of SafeMemory
    skipped : list of Skipped
    """

    campaign: str
    application: str
    cluster: str
    dataset: str
    planned: int
    done: int
    left: int
    failures: Mapping[str, int]
    last_failures: Mapping[str, str]
    variations: Sequence[Variation]
    disturbed: Sequence[Finding]
    unsteady: Sequence[Finding]
    safe_memory: Sequence[SafeMemory]
    skipped: Sequence[Skipped]

    def as_json(self) -> dict[str, Any]:
        """Return it for scripts; a configuration's or run's parameters stand beside what is said of it."""
        content = asdict(self)
        content["variations"] = [asdict(one.configuration) | _without(one, "configuration") for one in self.variations]
        content["skipped"] = [
            asdict(one.run.configuration) | {"repeat": one.run.repeat, "reason": one.reason} for one in self.skipped
        ]
        return content


def _without(one: Variation, name: str) -> dict[str, Any]:
    return {key: value for key, value in asdict(one).items() if key != name}


def make_report(store: Store, campaign: str) -> Report:
    """Gather what the store knows of a campaign.

    Raises
    ------
    RunnerError
        When there is no campaign of that name; the message names those that there are.
    """
    plan = _find_plan(store, campaign)
    runs = load_runs(store, campaign, plan)
    history = history_of(runs)
    course = Course.of_stored(plan, history)
    latest = {one.run: one for one in history}.values()  # a run that failed may have been run again
    failed = [one for one in latest if one.status != "ok"]
    return Report(
        campaign=campaign,
        application=plan["application"],
        cluster=plan["cluster"],
        dataset=plan["dataset"],
        planned=course.standing.total,
        done=course.standing.done,
        left=course.standing.left,
        failures=dict(Counter(str(one.failure_kind) for one in failed)),
        last_failures={str(one.failure_kind): f"{one.run}: {one.reason}" for one in failed},
        variations=_variations(history, runs),
        disturbed=find_disturbed(runs),
        unsteady=find_unsteady(runs, lambda run_id: _task_seconds(store, run_id)),
        safe_memory=safe_memory(history),
        skipped=course.agenda.skipped,
    )


def _task_seconds(store: Store, run_id: str) -> float | None:
    milliseconds = store.runs.tasks(run_id)["run_ms"]
    return None if milliseconds.empty else float(milliseconds.sum()) / 1000


def _find_plan(store: Store, campaign: str) -> dict[str, Any]:
    plan = store.campaigns.get(campaign)
    if plan is None:
        names = store.campaigns.load()["name"].tolist()
        near = difflib.get_close_matches(campaign, names, n=1)
        known = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(names) or 'none yet'}"
        raise RunnerError(f"--campaign: there is no campaign {campaign!r}; {known}")
    return plan


def _variations(history: Sequence[Ended], runs: pd.DataFrame) -> list[Variation]:
    times = defaultdict(list)
    for one, seconds in zip(history, runs["completion_time_s"], strict=True):
        if one.status == "ok":
            times[one.run.configuration].append(float(seconds))
    return [
        Variation(one, len(of), fmean(of), variation_pct(of) if len(of) > 1 else None)
        for one, of in sorted(times.items())
    ]
