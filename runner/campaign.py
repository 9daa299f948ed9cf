"""A campaign: the planned runs that are not in the store yet, one after the other, each recorded when it ends."""

from __future__ import annotations

import shutil
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from runner.affinity import assign_cpus
from runner.applications import get_application
from runner.errors import RunnerError
from runner.execution import Execution, execute_run
from runner.host import describe_hardware, visible_cpus
from runner.images import Dataset, draw_sample, sample_size
from runner.lock import hold_lock
from runner.plan import Plan, PlannedRun, RunKey, count_tasks, fit_batch, key_of_row
from runner.postmortem import keep_logs
from runner.processes import sweep
from runner.progress import Progress
from runner.record import Outcome, judge, make_record
from runner.spec import RunSpec
from store import Cluster, Store

# One core a task, and so one computing thread, as in the paper.
TASK_CPUS = 1


@dataclass(frozen=True)
class Limits:
    """How long a campaign waits, in seconds: for a cluster to come up, and for a whole run."""

    launch_s: float = 120.0
    run_s: float = 3600.0


@dataclass(frozen=True)
class Slice:
    """How much of a campaign one call may do: so many runs, and no run that starts after so many seconds."""

    runs: int | None = None
    seconds: float | None = None


@dataclass
class Summary:
    """What a call of `Campaign.execute` did."""

    campaign: str
    planned: int
    already_done: int
    ok: int = 0
    failed: int = 0

    @property
    def left(self) -> int:
        """Runs that are still to be done."""
        return self.planned - self.already_done - self.ok - self.failed


class Campaign:
    """A plan under a name, with the store that remembers how far it got.

    Parameters
    ----------
    store : Store
    plan : Plan
    name : str
    retry_failed : bool
        Runs that failed before count as not done.
    limits : Limits
    """

    def __init__(
        self, store: Store, plan: Plan, name: str, *, retry_failed: bool = False, limits: Limits | None = None
    ) -> None:
        self._store = store
        self._plan = plan
        self.name = name
        self._retry_failed = retry_failed
        self._limits = limits or Limits()
        self._check_identity()

    def _check_identity(self) -> None:
        known = self._store.campaigns.get(self.name) or {}
        for field, value in self._plan.identity.items():
            if known.get(field, value) != value:
                raise RunnerError(
                    f"--campaign: {self.name!r} exists with {field} {known[field]!r}, this command has {value!r}; "
                    "choose another --campaign"
                )

    def left(self) -> list[PlannedRun]:
        """Return the planned runs that still have to be run, in order."""
        done = self._done()
        return [run for run in self._plan.runs if run.key not in done]

    def _done(self) -> set[RunKey]:
        frame = self._store.runs.load(campaign=self.name, origin="measured")
        counted = frame[frame["status"] == "ok"] if self._retry_failed else frame
        return {key_of_row(row) for _, row in counted.iterrows()}

    def execute(self, dataset: Dataset, progress: Progress, part: Slice | None = None) -> Summary:
        """Run what is left, or a part of it; whatever stops this, no process and no half record stays behind.

        Raises
        ------
        BusyError
            When another campaign measures with the same home.
        """
        home = self._store.home.root
        with hold_lock(home):
            _clean_up(home)
            self._store.inbox.drain()  # what the campaign before this one recorded last
            self._introduce()
            runs = self.left()
            summary = Summary(self.name, len(self._plan.runs), len(self._plan.runs) - len(runs))
            try:
                for run in _take(runs, part or Slice()):
                    self._run_one(run, dataset, progress, summary)
            finally:
                _clean_up(home)
        return summary

    def _introduce(self) -> None:
        if self._store.clusters.get(self._plan.cluster) is None:
            description = "Private Spark standalone cluster on one machine, one worker an executor"
            self._store.clusters.put(Cluster(self._plan.cluster, description, describe_hardware(), None, None, None))
        self._store.campaigns.put(self.name, self._plan.as_json())

    def _run_one(self, run: PlannedRun, dataset: Dataset, progress: Progress, summary: Summary) -> None:
        progress.run_started(run)
        spec = self._make_spec(run)
        sample = draw_sample(self._plan.images, run.configuration.sampling_rate_pct, self._plan.seed, run.repeat)
        execution = execute_run(spec, [dataset.files[index] for index in sample], self._store.home.root)
        outcome = judge(spec, execution)
        self._keep(run, spec, execution, outcome)
        summary.ok += outcome.status == "ok"
        summary.failed += outcome.status != "ok"
        progress.run_ended(run, outcome, _remark(spec))

    def _make_spec(self, run: PlannedRun) -> RunSpec:
        one, run_id = run.configuration, str(uuid.uuid4())
        images = sample_size(self._plan.images, one.sampling_rate_pct)
        tasks = count_tasks(images, one.images_per_partition)
        cpus = assign_cpus(one.executor_cores)
        return RunSpec(
            run_id=run_id,
            work_dir=str(_work_folder(self._store.home.root).resolve() / run_id),
            application=self._plan.application,
            executor_cores=one.executor_cores,
            executor_memory_mib=one.executor_memory_mib,
            images=images,
            tasks=tasks,
            batch_size=fit_batch(images, tasks, get_application(self._plan.application).batch_size),
            seed=self._plan.seed,
            task_cpus=TASK_CPUS,
            launch_timeout_s=self._limits.launch_s,
            timeout_s=self._limits.run_s,
            executor_cpus=cpus.executors,
            other_cpus=cpus.others,
        )

    def _keep(self, run: PlannedRun, spec: RunSpec, execution: Execution, outcome: Outcome) -> None:
        # The log first: a record promises a log, a log promises nothing.
        home = self._store.home
        if execution.log_file is not None:
            shutil.move(execution.log_file, home.eventlogs / spec.run_id)
        if outcome.status != "ok":
            keep_logs(spec, home.root / "logs" / spec.run_id)
        self._store.inbox.put(make_record(self._plan, self.name, run, spec, execution, outcome, visible_cpus()))
        shutil.rmtree(spec.folder)


def _take(runs: Sequence[PlannedRun], part: Slice) -> Iterator[PlannedRun]:
    start = time.monotonic()
    for run in runs[: part.runs]:
        if part.seconds is not None and time.monotonic() - start >= part.seconds:
            return
        yield run


def _work_folder(home: Path) -> Path:
    return home / "work"


def _clean_up(home: Path) -> None:
    if not sweep(home):
        raise RunnerError("processes of an earlier campaign are still running and cannot be killed")
    shutil.rmtree(_work_folder(home), ignore_errors=True)


def _remark(spec: RunSpec) -> str:
    idle = len(spec.executor_cores) - spec.tasks
    if idle <= 0:
        return ""
    return f"{spec.tasks} {_plural('task', spec.tasks)}, so {idle} {_plural('executor', idle)} had nothing to do"


def _plural(word: str, number: int) -> str:
    return word if number == 1 else f"{word}s"
