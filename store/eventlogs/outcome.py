"""How an application ended, and how long its jobs took."""

from __future__ import annotations

import re
from dataclasses import dataclass

from store.eventlogs.application import Application
from store.eventlogs.failures import kind_of, status_of
from store.eventlogs.fleet import Window

LONGEST_REASON = 500
_CANCELLED = re.compile(r"\bJob \d+ cancelled\b")
_SHUT_DOWN = re.compile(r"\bSparkContext was shut down\b")  # by its user, or by Spark after what could not be repeated
_EXCEPTION = re.compile(r"^\s*(?:Caused by: )?[\w.$]*(?:Error|Exception)\b.*$", re.M)


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    Parameters
    ----------
    status : str
        As in the run log.
    failure_kind : str or None
        As in the run log; None also when the log does not tell why.
    reason : str or None
        In one line.
    """

    status: str
    failure_kind: str | None = None
    reason: str | None = None


def window_of(app: Application) -> Window | None:
    """Return the time from the first job's submission to the last job's end; None when the log does not tell.

    Spark 1.2 logs no times of jobs: there it is the time from the first stage's submission to the last one's end. A
    job without an end lasts as long as the log.
    """
    jobs = app.jobs.values()
    start_ms = app.first_job_ms
    ends = [job.ended_ms for job in jobs if job.ended_ms is not None]
    if start_ms is None:
        start_ms, ends = app.stages.first_ms, [app.stages.last_ms] if app.stages.last_ms is not None else []
    if any(job.succeeded is None for job in jobs) and app.seen.last_ms is not None:
        ends.append(app.seen.last_ms)
    if start_ms is None or not ends or max(ends) <= start_ms:
        return None
    return Window(start_ms, max(ends))


def outcome_of(app: Application) -> Outcome:
    """Judge an application by its jobs: it is ok when there were some and every one succeeded."""
    ends = {job.succeeded for job in app.jobs.values()}
    if False in ends or not ends or (None in ends and app.app_end_ms is not None):
        return _failed(app)
    if None in ends:
        running = sum(job.succeeded is None for job in app.jobs.values())
        what = f"the log stops while {running} of its jobs ran: killed, still running, or not copied whole"
        return Outcome("failed", None, what)
    return Outcome("ok")


def _failed(app: Application) -> Outcome:
    kind = app.failures.worst
    if _was_cancelled(app):
        return Outcome("cancelled", None, brief(app.job_failures[0]))
    if kind is None:
        # Spark's message about a job repeats what it says of the task that failed last.
        kind = next((found for text in app.job_failures if (found := kind_of(text))), None)
    texts = [text for text in app.job_failures + app.failures.reasons if kind_of(text) == kind] + app.job_failures
    return Outcome(status_of(kind) if kind else "failed", kind, brief(next(filter(None, texts), "")) or None)


def _was_cancelled(app: Application) -> bool:
    """Say whether jobs ended by being cancelled alone, and not because of a failure that tasks did not survive."""
    texts = app.job_failures
    if not texts or not all(_CANCELLED.search(text) for text in texts):
        return False
    return not app.unrepeated or not any(_SHUT_DOWN.search(text) for text in texts)


def brief(text: str) -> str:
    """Return the line of a message that says what happened: that of the innermost exception, else the first."""
    exceptions = _EXCEPTION.findall(text)
    lines = [exceptions[-1]] if exceptions else text.strip().splitlines()[:1]
    return "".join(lines).strip()[:LONGEST_REASON]
