"""``python -m runner tune``: a search for hyper-parameters, a Spark task a trial."""

from __future__ import annotations

import argparse
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pandas as pd

from runner.campaigns.campaign import clean_up
from runner.campaigns.lock import hold_lock
from runner.campaigns.preflight import ensure_usable, spread_sample
from runner.campaigns.progress import ProgressDisplay
from runner.clusters.software import check_java
from runner.clusters.target import read_target
from runner.commands.plan_options import check_memory
from runner.commands.training_options import read_photos
from runner.commands.tune_options import add_search_options, make_spec, read_name, read_order, read_run
from runner.errors import RunnerError
from runner.inputs.images import Dataset
from runner.runs.disk import check_failure, check_space, full_disk_explained
from runner.runs.execution import execute_run
from runner.runs.interrupts import stop_signals_interrupt
from runner.runs.keeping import prune_logs
from runner.runs.postmortem import keep_logs
from runner.runs.record import brief
from runner.spec import RunSpec, work_folder
from runner.tuning.search import best
from runner.tuning.study import Study
from runner.tuning.trial import Hyperparameters
from store import Store, open_store
from store.cli import add_home, add_json, print_frame, print_json

KIND = "trial"
STUDIES = "tuning"  # under the home
_POLL_S = 0.5


class SearchFailedError(RunnerError):
    """The search ended before all trials were made."""

    exit_status = 1


def add_tune(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "tune",
        help="search for the CIFAR-10 network's best hyper-parameters on Spark",
        description="Searches learning rate, batch, filters and optimiser; each trial is a training in one Spark task. "
        "The same seed makes the same trials however many executors there are. Finished trials are kept: the same "
        "command again goes on where it stopped. The best model is saved as a Keras file.",
    )
    add_search_options(parser)
    add_home(parser)
    add_json(parser)
    parser.set_defaults(func=tune)


def tune(args: argparse.Namespace) -> int:
    """Carry out the command; 0 when all trials are made."""
    photos = read_photos(args)
    order = read_order(args, photos)
    target = read_target(args.master, args.conf, args.container_image)
    name = read_name(args, order, photos)
    check_memory(read_run(args, target, photos))
    check_java()
    store = open_store(args.home)
    study = Study(store.home.root / STUDIES / name)
    with full_disk_explained(store.home.root), stop_signals_interrupt():
        study.open(order)
        dataset = photos.open()
        spec = make_spec(args, target, study, str(work_folder(store.home.root).resolve()), photos.images)
        complete = len(study.finished()) >= order.search.trials
        seconds = 0.0 if complete else _search(store, study, spec, dataset, order.search.trials)
        _keep(store, study, name)
    _show(study, name, seconds, as_json=args.json)
    return 0


def _search(store: Store, study: Study, spec: RunSpec, dataset: Dataset, trials: int) -> float:
    home, progress = store.home, ProgressDisplay()
    with hold_lock(home.root):
        clean_up(home)
        check_space(home.root)
        try:
            if spec.master is not None:
                ensure_usable(spec, spread_sample(dataset.images), home.root)
            with _watched(study, trials, progress):
                execution = execute_run(spec, [], home.root)
            keep_logs(spec, home.logs / spec.run_id)
            prune_logs(home.logs)
        finally:
            progress.close()
            clean_up(home)
            _keep(store, study, study.folder.name)
    result = execution.result
    if not result["ok"]:
        made, reason = len(study.finished()), brief(*execution.last_words, result["error"])
        check_failure(home.root, f"{reason} {result['error']}")
        raise SearchFailedError(
            f"{made} of {trials} trials were made, then: {reason}; the same command again goes on from there"
        )
    return float(result["seconds"])


@contextmanager
def _watched(study: Study, trials: int, progress: ProgressDisplay) -> Iterator[None]:
    """Say each trial that ends."""
    known, ended = set(study.finished()), threading.Event()
    progress.say(f"{study.folder.name}: {trials} trials, {len(known)} finished before")

    def watch() -> None:
        while True:
            last = ended.wait(_POLL_S)
            finished = study.finished()
            for number in sorted(set(finished) - known):
                known.add(number)
                top = finished[best({one: finished[one]["accuracy_pct"] for one in known})]["accuracy_pct"]
                progress.say(f"[{len(known)}/{trials}] {describe(finished[number])}; best {top:.1f} %")
            if last:
                return

    watcher = threading.Thread(target=watch, name="trials", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()


def describe(trial: dict[str, Any]) -> str:
    """Return a finished trial in words."""
    chosen = Hyperparameters(*(trial[name] for name in Hyperparameters._fields))
    return (
        f"trial {trial['number']}: {chosen.optimiser}, learning rate {chosen.learning_rate:.4g}, batch {chosen.batch}, "
        f"{chosen.filters} filters: {trial['accuracy_pct']:.1f} % in {trial['seconds']:.1f} s"
    )


def _keep(store: Store, study: Study, name: str) -> None:
    """Keep what is finished: all trials in the store, and the best network."""
    finished = study.finished()
    if finished:
        study.save_best()
        contents = {number: {**trial, "dataset": study.dataset} for number, trial in finished.items()}
        store.measurements.replace(KIND, name, contents)


def _show(study: Study, name: str, seconds: float, *, as_json: bool) -> None:
    finished = study.finished()
    top, model = study.best_number, str(study.best_model)
    if as_json:
        trials = [finished[number] for number in sorted(finished)]
        said = {"study": name, "dataset": study.dataset, "seconds": seconds, "best": top, "model": model}
        print_json({**said, "trials": trials})
        return
    frame = pd.DataFrame(finished.values()).sort_values(["accuracy_pct", "number"], ascending=[False, True])
    print_frame(frame.round({"learning_rate": 5, "accuracy_pct": 2, "loss": 4, "seconds": 1}))
    print(f"best: {describe(finished[top])}; saved as {model}")
