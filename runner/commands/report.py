"""``python -m runner report``: a campaign's report for people, or as JSON."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from statistics import median

import pandas as pd

from runner.campaigns.disturbance import STEADY_PCT, Finding
from runner.campaigns.report import Report, make_report
from store import open_store
from store.cli import add_home, add_json, print_json

_CONFIDENCE = (
    "Signs of a disturbance: cores that others took while the run could have used them, and tasks that got less of "
    "their cores than those of runs with the same executors, cores, sampling rate and number of tasks at a time."
)


def add_report(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "report",
        help="what a campaign showed: failures, how well times repeat, disturbed runs, smallest safe memory",
        description="Reports on a campaign, finished or not, from what is in the store.",
    )
    parser.add_argument("--campaign", required=True, metavar="NAME", help="name of the campaign")
    add_home(parser)
    add_json(parser)
    parser.set_defaults(func=report)


def report(args: argparse.Namespace) -> int:
    """Carry out the command."""
    found = make_report(open_store(args.home), args.campaign)
    if args.json:
        print_json(found.as_json())
    else:
        print(report_text(found))
    return 0


def report_text(found: Report) -> str:
    """Return the report as plain text."""
    sections = (_head(found), _failures(found), _variation(found), _disturbed(found), _memory(found), _skipped(found))
    return "\n".join(line for section in sections for line in section)


def _head(found: Report) -> Iterator[str]:
    failed = sum(found.failures.values())
    yield f"Campaign {found.campaign}: {found.application} on {found.cluster}, images {found.dataset}"
    yield f"  {found.planned} runs, {found.done} done, {found.left} left; {failed} failed"


def _failures(found: Report) -> Iterator[str]:
    if found.failures:
        yield "\nFailed runs"
        for kind, number in sorted(found.failures.items()):
            yield f"  {number} {kind}; the last: {found.last_failures[kind]}"


def _variation(found: Report) -> Iterator[str]:
    repeated = [one.cv_pct for one in found.variations if one.cv_pct is not None]
    if not found.variations:
        return
    yield "\nCompletion times"
    yield from _table(
        [
            {
                "configuration": str(one.configuration),
                "runs": one.runs,
                "mean s": f"{one.mean_s:.1f}",
                "CV %": "" if one.cv_pct is None else f"{one.cv_pct:.1f}",
            }
            for one in found.variations
        ]
    )
    if repeated:
        steady = sum(cv < STEADY_PCT for cv in repeated)
        yield (
            f"  CV (coefficient of variation of the repeats): below {STEADY_PCT:g} % in {steady} of {len(repeated)} "
            f"configurations, median {median(repeated):.1f} %, largest {max(repeated):.1f} %"
        )


def _disturbed(found: Report) -> Iterator[str]:
    if found.disturbed:
        yield "\nDisturbed runs"
        yield from _findings(found.disturbed)
        yield f"  {_CONFIDENCE}"
    elif found.variations:
        yield "\nNo run shows signs of a disturbance."
    if found.unsteady:
        yield f"\nFurthest from their repeats, where these vary by {STEADY_PCT:g} % or more"
        yield from _findings(found.unsteady)


def _findings(findings: Sequence[Finding]) -> Iterator[str]:
    for one in findings:
        yield f"  {one.run} ({one.completion_time_s:.1f} s): {one.why}"


def _memory(found: Report) -> Iterator[str]:
    if found.safe_memory:
        yield "\nSmallest safe executor memory"
        yield from _table(
            [
                {
                    "images/partition": one.images_per_partition,
                    "cores": one.executor_cores,
                    "safe GiB": "not shown" if one.safe_gib is None else f"{one.safe_gib:g}",
                    "too little GiB": "" if one.lacking_gib is None else f"{one.lacking_gib:g}",
                }
                for one in found.safe_memory
            ]
        )
        yield "  Shown by runs in which every core of the executor had a full partition."


def _skipped(found: Report) -> Iterator[str]:
    if found.skipped:
        yield "\nSkipped runs"
        for one in found.skipped:
            yield f"  {one.run}: {one.reason}"


def _table(rows: Sequence[dict[str, object]]) -> list[str]:
    return [f"  {line}" for line in pd.DataFrame(rows).to_string(index=False).splitlines()]
