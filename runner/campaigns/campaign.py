"""A campaign: the planned runs that are not in the store yet, one after the other, each recorded when it ends."""

from __future__ import annotations

import shutil
import time
import uuid
from dataclasses import asdict, dataclass

from runner.campaigns.course import Course
from runner.campaigns.history import ended_of_row, history_of, load_runs
from runner.campaigns.lock import hold_lock
from runner.campaigns.preflight import ensure_usable, spread_sample
from runner.campaigns.progress import ProgressDisplay
from runner.clusters.affinity import CpuPlan, assign_cpus
from runner.clusters.class_archive import find_class_archive, make_class_archive
from runner.clusters.environment import preparing_environment
from runner.clusters.host import describe_hardware, visible_cpus, visible_memory_mib
from runner.clusters.processes import sweep
from runner.errors import RunnerError
from runner.inputs.images import Dataset, draw_sample, sample_size
from runner.plans.plan import UNSAID, Plan, PlannedRun, count_tasks, fit_batch
from runner.runs.delivery import Delivery
from runner.runs.disk import check_failure, check_space, full_disk_explained
from runner.runs.execution import Execution, execute_run
from runner.runs.interrupts import stop_signals_blocked
from runner.runs.keeping import keep_event_log, prune_logs, remove_partials
from runner.runs.postmortem import keep_logs
from runner.runs.record import Outcome, judge, make_record
from runner.runs.remarks import remark
from runner.spec import RunSpec, work_folder
from store import Cluster, RunRecord, Store
from store.files import forget_drafts
from store.home import Home

# One core a task, and so one computing thread, as in the paper.
TASK_CPUS = 1
# An archive of Spark's classes saves in six runs what it takes to make, and stays for the next campaign.
MANY_RUNS = 3


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

    def allows(self, runs: int, seconds: float) -> bool:
        """Whether another run may start after so many runs and seconds."""
        return (self.runs is None or runs < self.runs) and (self.seconds is None or seconds < self.seconds)


@dataclass
class Summary:
    """What a call of `Campaign.execute` did, and what is left.

    Parameters
    ----------
    campaign : str
    planned, already_done, ok, failed, left : int
        Runs: in all, with those that were added and without those that were skipped; with a result before this call;
        that ended well, and not, in this call; without a result after it.
    skipped : int
        Planned runs below the least memory that is known for them; not in `planned`.
    """

    campaign: str
    planned: int = 0
    already_done: int = 0
    ok: int = 0
    failed: int = 0
    left: int = 0
    skipped: int = 0


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
    delivery : Delivery
        Where the predictions go; by default only the time they take is kept.
    """

    def __init__(
        self,
        store: Store,
        plan: Plan,
        name: str,
        *,
        retry_failed: bool = False,
        limits: Limits | None = None,
        delivery: Delivery | None = None,
    ) -> None:
        self._store = store
        self._plan = plan
        self.name = name
        self._retry_failed = retry_failed
        self._limits = limits or Limits()
        self._delivery = delivery
        self._check_identity()

    def _check_identity(self) -> None:
        known, wanted = self._store.campaigns.get(self.name), UNSAID | self._plan.identity
        for field, value in wanted.items():
            was = value if known is None else known.get(field, UNSAID.get(field, value))
            if was != value:
                raise RunnerError(
                    f"--campaign: {self.name!r} exists with {field} {was!r}, this command has {value!r}; "
                    "choose another --campaign"
                )

    def course(self) -> Course:
        """Return where the campaign stands according to the store."""
        history = history_of(load_runs(self._store, self.name, self._plan.identity))
        machine_mib = visible_memory_mib() if self._plan.target.is_private else None
        return Course(self._plan.runs, history, retry_failed=self._retry_failed, machine_mib=machine_mib)

    def execute(self, dataset: Dataset, progress: ProgressDisplay, part: Slice | None = None) -> Summary:
        """Run what is left, or a part of it; whatever stops this, no process and no half record stays behind.

        Raises
        ------
        BusyError
            When another campaign measures with the same home.
        DiskFullError
            When there is no room for another run.
        """
        home = self._store.home
        with hold_lock(home.root), full_disk_explained(home.root):
            clean_up(home)
            self._store.inbox.drain()  # what the campaign before this one recorded last
            course = self.course()
            self._introduce(course)
            try:
                return self._run_all(course, dataset, progress, part or Slice())
            finally:
                progress.close()
                clean_up(home)

    def _run_all(self, course: Course, dataset: Dataset, progress: ProgressDisplay, part: Slice) -> Summary:
        summary = Summary(self.name, already_done=course.standing.done)
        self._look_at_cluster(course, dataset)
        self._quicken(course, progress)
        start = time.monotonic()
        while course.left and part.allows(summary.ok + summary.failed, time.monotonic() - start):
            run = course.left[0]
            progress.run_started(run, course.standing)
            spec, outcome, record = self._run_one(run, dataset)
            course.take(ended_of_row(record.run))
            summary.ok += outcome.status == "ok"
            summary.failed += outcome.status != "ok"
            progress.run_ended(run, course.standing, outcome, remark(spec, record.run["settings"]))
        summary.planned, summary.left = course.standing.total, course.standing.left
        summary.skipped = len(course.agenda.skipped)
        self._introduce(course)
        return summary

    def _look_at_cluster(self, course: Course, dataset: Dataset) -> None:
        if course.left and not self._plan.target.is_private:
            largest = max(course.left, key=lambda run: run.configuration.total_cores)
            ensure_usable(self.make_spec(largest), spread_sample(dataset.images), self._store.home.root)

    def _quicken(self, course: Course, progress: ProgressDisplay) -> None:
        """Let the JVMs of many runs start faster, which takes a while to prepare."""
        many = self._plan.target.is_private and len(course.left) >= MANY_RUNS
        if many and find_class_archive() is None:
            progress.say("preparing faster starts of Spark, once on this machine: about a minute")
            if make_class_archive(preparing_environment(self._store.home.root)) is None:
                progress.say("this machine's Java cannot do that; everything works without")

    def _introduce(self, course: Course) -> None:
        """Tell the store of the campaign: its cluster, its plan, and what of it is skipped and why."""
        if self._store.clusters.get(self._plan.cluster) is None:
            target = self._plan.target
            hardware = describe_hardware() if target.is_private else {}
            self._store.clusters.put(Cluster(self._plan.cluster, target.describe(), hardware, None, None, None))
        skipped = [asdict(one) for one in course.agenda.skipped]
        self._store.campaigns.put(self.name, self._plan.as_json() | {"skipped": skipped})

    def _run_one(self, run: PlannedRun, dataset: Dataset) -> tuple[RunSpec, Outcome, RunRecord]:
        check_space(self._store.home.root)
        spec = self.make_spec(run)
        sample = draw_sample(self._plan.images, run.configuration.sampling_rate_pct, self._plan.seed, run.repeat)
        execution = execute_run(spec, [dataset.images[index] for index in sample], self._store.home.root)
        outcome = judge(spec, execution)
        if outcome.status != "ok":
            check_failure(self._store.home.root, f"{outcome.reason} {execution.result.get('error', '')}")
        record = make_record(self._plan, self.name, run, spec, execution, outcome, visible_cpus())
        with stop_signals_blocked():  # the run has ended: Ctrl-C must not lose its result
            self._keep(spec, execution, record)
        return spec, outcome, record

    def make_spec(self, run: PlannedRun) -> RunSpec:
        """Return the order sheet of a run."""
        one, run_id = run.configuration, str(uuid.uuid4())
        images = sample_size(self._plan.images, one.sampling_rate_pct)
        tasks = count_tasks(images, one.images_per_partition)
        application, target = self._plan.application, self._plan.target
        cpus = assign_cpus(one.executor_cores) if target.is_private else CpuPlan([], [])
        spec = RunSpec(
            run_id=run_id,
            work_dir=str(work_folder(self._store.home.root).resolve() / run_id),
            application=application.name,
            executor_cores=one.executor_cores,
            executor_memory_mib=one.executor_memory_mib,
            images=images,
            tasks=tasks,
            batch_size=fit_batch(images, tasks, application.batch_size),
            seed=self._plan.seed,
            task_cpus=TASK_CPUS,
            launch_timeout_s=self._limits.launch_s,
            timeout_s=self._limits.run_s,
            master=target.master,
            conf=dict(target.conf),
            memory_regime=self._plan.memory_regime,
            executor_cpus=cpus.executors,
            other_cpus=cpus.others,
            model_file=str(application.model_file) if application.model_file else None,
            preprocessing=application.preprocessing,
            weights_file=str(application.weights_file) if application.weights_file else None,
            output=str(self._delivery.folder_of(run_id)) if self._delivery else None,
            labels=list(self._delivery.labels) if self._delivery else [],
        )
        training = self._plan.training
        return spec if training is None else training.complete(spec, one.images_per_partition)

    def _keep(self, spec: RunSpec, execution: Execution, record: RunRecord) -> None:
        # The log first: a record promises a log, a log promises nothing.
        home = self._store.home
        if execution.log_file is not None:
            keep_event_log(execution.log_file, home.eventlogs, spec.run_id)
        keep_logs(spec, home.logs / spec.run_id)
        self._store.inbox.put(record)
        prune_logs(home.logs)
        shutil.rmtree(spec.folder)


def clean_up(home: Home) -> None:
    """Remove what a killed command left: processes, folders of runs, half-written logs; while holding the lock."""
    if not sweep(home.root):
        raise RunnerError("processes of an earlier campaign are still running and cannot be killed")
    shutil.rmtree(work_folder(home.root), ignore_errors=True)
    remove_partials(home.eventlogs)
    for within in ("*/", "*/*/"):
        forget_drafts(home.root, within)
