"""What made a Spark run fail, from the texts that Spark writes about tasks and executors."""

from __future__ import annotations

import re
from collections.abc import Iterable

# The worst cause first: one failure leaves several traces, and this order picks the one that explains the others.
SIGNATURES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("oom_heap", re.compile(r"java\.lang\.OutOfMemoryError|exit(ed with)? (code|status) 5[0-2]\b", re.I)),
    ("oom_kill", re.compile(r"exit(ed with)? (code|status) 137\b", re.I)),
    ("oom_python", re.compile(r"\b(_Array)?MemoryError\b|ResourceExhaustedError|std::bad_alloc")),
    ("python_killed", re.compile(r"Python worker exited unexpectedly")),
    ("launch", re.compile(r"initialization of VM|Initial heap size set to|exit(ed with)? (code|status) 1\b", re.I)),
    ("infrastructure", re.compile(r"ExecutorLostFailure|FetchFailed|exit(ed with)? (code|status) 5[3678]\b", re.I)),
    ("user_code", re.compile(r"ExceptionFailure|PythonException")),
)
OUT_OF_MEMORY = frozenset({"oom_heap", "oom_kill", "oom_python"})
# How Spark words the end of an executor that nobody should worry about.
BENIGN_REMOVAL = re.compile(r"killed by driver|Worker shutting down|Command exited with code 0\b")


def failure_kind(reasons: Iterable[str]) -> str | None:
    """Name the cause that explains a run's failure.

    Parameters
    ----------
    reasons : iterable of str
        Reasons of failed tasks and of removed executors, as `EventLog.failure_reasons` gives them.

    Returns
    -------
    str or None
        One of the run log's failure kinds, or None when no reason is known.
    """
    texts = [text for text in reasons if not BENIGN_REMOVAL.search(text)]
    for kind, pattern in SIGNATURES:
        if any(pattern.search(text) for text in texts):
            return kind
    return None


def status_of(kind: str) -> str:
    """Return the run status that goes with a failure kind: ``oom`` or ``failed``."""
    return "oom" if kind in OUT_OF_MEMORY else "failed"
