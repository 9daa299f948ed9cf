"""``python -m runner profile``: from arguments to a campaign."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import pandas as pd

from runner.campaigns.campaign import Campaign, Slice, Summary
from runner.campaigns.preview import count_oversubscribed, preview, print_preview
from runner.campaigns.progress import ProgressDisplay
from runner.campaigns.report import make_report
from runner.clusters.conf import spark_conf
from runner.clusters.host import visible_cpus
from runner.clusters.software import check_java
from runner.commands.arguments import read_integer, read_seconds
from runner.commands.limit_options import add_limits, read_limits
from runner.commands.plan_options import add_plan_options, check_memory, read_plan
from runner.commands.report import report_text
from runner.inputs.images import Dataset
from runner.inputs.synthetic import make_synthetic
from runner.plans.expected import expect_runs
from runner.plans.fewest import explain_runs
from runner.plans.plan import Plan
from runner.runs.disk import DiskFullError, full_disk_explained
from runner.runs.interrupts import stop_signals_interrupt
from store import Store, open_store
from store.cli import add_home, add_json, print_frame, print_json
from store.frames import plain_records


def add_profile(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "profile",
        help="run a grid of configurations on Spark and log how long each takes",
        description="Runs every combination of the values below that is not in the store yet, in random order, each "
        "as a fresh Spark application on a private cluster on this machine or, with --master, on one that is there. "
        "Lists are comma-separated, and may hold ranges: MIN:MAX:STEP like 2:8:2 or 1g:9g:2g, MIN:MAX:xFACTOR like "
        "1:100:x10. The same command again goes on where it stopped.",
    )
    add_plan_options(parser)
    add_campaign_options(parser)
    parser.set_defaults(func=profile)


def add_campaign_options(parser: argparse.ArgumentParser) -> None:
    """Add what `run_campaign` reads."""
    parser.add_argument("--campaign", metavar="NAME", help="name of the campaign (default: made from the plan)")
    add_limits(parser, longest="1h")
    parser.add_argument("--limit-runs", metavar="N", help="stop after this many runs; the same command goes on")
    parser.add_argument("--for", dest="time_limit", metavar="TIME", help="start no run after this time")
    parser.add_argument("--dry-run", action="store_true", help="show the plan and run nothing")
    parser.add_argument("--retry-failed", action="store_true", help="run again what failed before")
    add_home(parser)
    add_json(parser)


def profile(args: argparse.Namespace) -> int:
    """Carry out the command; 0 unless every run of this call failed."""
    plan, files = read_plan(args)
    return run_campaign(args, plan, lambda store, progress: files or _make_photos(plan, store, progress))


def run_campaign(
    args: argparse.Namespace,
    plan: Plan,
    open_dataset: Callable[[Store, ProgressDisplay], Dataset],
    results: Callable[[Store, str], pd.DataFrame] | None = None,
) -> int:
    """Run what is left of a plan, or show it; return the exit status.

    Parameters
    ----------
    args : Namespace
        With the options of `add_campaign_options`.
    plan : Plan
    open_dataset : callable
        Returns the images, generated first where they are not there.
    results : callable, optional
        Returns what else is to be said of the named campaign afterwards, as a table.
    """
    limits = read_limits(args)
    part = _read_slice(args)
    store = open_store(args.home)
    name = args.campaign or plan.default_campaign()
    campaign = Campaign(store, plan, name, retry_failed=args.retry_failed, limits=limits)
    if args.dry_run:
        return _show_plan(describe_plan(campaign, plan, store, is_design=args.fewest), as_json=args.json)
    check_memory(plan)
    check_java()
    with stop_signals_interrupt():
        summary = _execute(campaign, plan, store, open_dataset, part)
    store.inbox.drain()
    _show_summary(summary, store, results and results(store, name), as_json=args.json)
    return 1 if summary.failed and not summary.ok else 0


def _read_slice(args: argparse.Namespace) -> Slice:
    runs = read_integer("--limit-runs", args.limit_runs) if args.limit_runs else None
    return Slice(runs, read_seconds("--for", args.time_limit) if args.time_limit else None)


def _make_photos(plan: Plan, store: Store, progress: ProgressDisplay) -> Dataset:
    folder = store.home.root / "datasets"
    return make_synthetic(folder, plan.images, plan.seed, lambda ready: _tell_photos(progress, ready, plan.images))


def _execute(
    campaign: Campaign, plan: Plan, store: Store, open_dataset: Callable[[Store, ProgressDisplay], Dataset], part: Slice
) -> Summary:
    progress = ProgressDisplay()
    _introduce(campaign, plan, progress)
    try:
        with full_disk_explained(store.home.root):
            dataset = open_dataset(store, progress)
        summary = campaign.execute(dataset, progress, part)
    except (KeyboardInterrupt, DiskFullError):
        progress.say("stopped; what is finished is kept, and the same command again goes on from there")
        raise
    finally:
        progress.close()
    if summary.failed:
        progress.say(f"what the processes of the runs said is in {store.home.root / 'logs'}")
    return summary


def _introduce(campaign: Campaign, plan: Plan, progress: ProgressDisplay) -> None:
    course = campaign.course()
    left = course.left
    runs = f"{course.standing.total} runs of {plan.application.name} on {plan.cluster}"
    progress.say(f"campaign {campaign.name}: {runs}, {len(left)} left")
    if plan.target.is_private and (crowded := count_oversubscribed(left, visible_cpus())):
        progress.say(
            f"note: {crowded} of them ask for more cores than the {visible_cpus()} of this machine; "
            "they are marked as oversubscribed and left out of fits"
        )


def _tell_photos(progress: ProgressDisplay, ready: int, total: int) -> None:
    if ready == total or ready % 100 == 0:
        progress.note(f"synthetic photos: {ready} of {total}")


def describe_plan(campaign: Campaign, plan: Plan, store: Store, *, is_design: bool) -> dict[str, Any]:
    """Return what ``--dry-run`` says; see `runner.campaigns.preview.preview`."""
    course = campaign.course()
    reasons = explain_runs(plan.runs) if is_design else {}
    content = preview(campaign.name, plan, course, expect_runs(store, plan, course.agenda.runs), reasons)
    if plan.target.master is not None and course.left:
        content["spark_conf"] = spark_conf(campaign.make_spec(course.left[0]), plan.target.master)
    return content


def _show_plan(content: dict[str, Any], *, as_json: bool) -> int:
    if as_json:
        print_json(content)
    else:
        print_preview(content)
    return 0


def _show_summary(summary: Summary, store: Store, results: pd.DataFrame | None, *, as_json: bool) -> None:
    if as_json:
        print_json(asdict(summary) | ({} if results is None else {"results": plain_records(results)}))
        return
    print(
        f"campaign {summary.campaign}: {summary.planned} runs planned, {summary.already_done} were done already, "
        f"{summary.ok} ok and {summary.failed} failed now, {summary.left} left, "
        f"{summary.skipped} skipped for want of memory"
    )
    if not summary.left:
        print(report_text(make_report(store, summary.campaign)))
    if results is not None:
        print_frame(results)
