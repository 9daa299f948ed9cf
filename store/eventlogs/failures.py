"""What made a Spark run fail, from the texts that Spark writes about tasks and executors."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

# The worst cause first: one failure leaves several traces, and this order picks the one that explains the others.
KINDS = ("oom_heap", "oom_kill", "oom_python", "python_killed", "launch", "infrastructure", "user_code")
OUT_OF_MEMORY = frozenset({"oom_heap", "oom_kill", "oom_python"})
SIGNATURES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("oom_heap", re.compile(r"java\.lang\.OutOfMemoryError|\bSparkOutOfMemoryError\b")),
    ("oom_kill", re.compile(r"\bOOMKilled\b|killed by YARN for exceeding (\w+ )?memory limits", re.I)),
    ("oom_python", re.compile(r"\b(_Array)?MemoryError\b|ResourceExhaustedError|std::bad_alloc")),
    ("python_killed", re.compile(r"Python worker exited unexpectedly")),
    (
        "launch",
        re.compile(
            r"Initial heap size set to a larger value|Could not reserve enough space"
            r"|Master removed our application: FAILED"
        ),
    ),
    ("infrastructure", re.compile(r"^ExecutorLostFailure|^FetchFailed|heartbeat timed out", re.I)),
    ("user_code", re.compile(r"^ExceptionFailure|PythonException")),
)
# What an executor's exit code says (org.apache.spark.util.SparkExitCode; 137 is SIGKILL, -103 and -104 are YARN's
# memory limits). 143 is SIGTERM, which has many senders: it says nothing by itself.
EXIT_CODES = {
    50: "oom_heap",
    51: "oom_heap",
    52: "oom_heap",
    137: "oom_kill",
    -103: "oom_kill",
    -104: "oom_kill",
    1: "launch",
    53: "infrastructure",
    56: "infrastructure",
    57: "infrastructure",
    58: "infrastructure",
}
_EXIT_CODE = re.compile(
    r"\bexit(?:ed)?(?:\s+with)?(?:\s+exit)?\s+(?:code|status)(?:\s+is|:)?\s*(-?\d{1,4})(?!\d)", re.I
)
# How Spark words the end of an executor that nobody should worry about.
BENIGN_REMOVAL = re.compile(r"killed by driver|Worker shutting down|Command exited with code 0\b")
# An executor dies of these once, however many tasks and messages tell of it.
_ENDS_EXECUTOR = frozenset({"oom_heap", "oom_kill", "launch", "infrastructure"})
MOST_REASONS = 20
MOST_ENDED = 1_000_000


def failure_kind(reasons: Iterable[str]) -> str | None:
    """Name the cause that explains a run's failure.

    Parameters
    ----------
    reasons : iterable of str
        Reasons of failed tasks and of removed executors, as `EventLog.failure_reasons` gives them, or what a process
        printed as it died.

    Returns
    -------
    str or None
        One of the run log's failure kinds, or None when no reason is known.
    """
    return _worst(kind for text in reasons if (kind := kind_of(text)))


def kind_of(text: str) -> str | None:
    """Name the cause that one text tells of; None when it tells of none.

    The text of a task starts with Spark's reason, such as ``ExceptionFailure``; that of an executor is bare.
    """
    if BENIGN_REMOVAL.search(text):
        return None
    found = [kind for kind, pattern in SIGNATURES if pattern.search(text)]
    # An exception may quote any exit code; what Spark says of an executor means the executor's.
    if not text.startswith("ExceptionFailure"):
        found += [kind for kind in map(EXIT_CODES.get, map(int, _EXIT_CODE.findall(text))) if kind]
    if text.startswith("ExecutorLostFailure"):
        found = [kind for kind in found if kind != "launch"]  # it had a task, so it had started
    return _worst(found)


def _worst(kinds: Iterable[str]) -> str | None:
    return min(kinds, key=KINDS.index, default=None)


def status_of(kind: str) -> str:
    """Return the run status that goes with a failure kind: ``oom`` or ``failed``."""
    return "oom" if kind in OUT_OF_MEMORY else "failed"


@dataclass
class Failures:
    """The failures of one application, each counted once.

    Attributes
    ----------
    counts : Counter
        How many of each kind. What ends an executor counts once an executor: its tasks and its removal, which Spark
        may log twice, tell of the same.
    reasons : list of str
        The first few texts.
    """

    counts: Counter[str] = field(default_factory=Counter)
    reasons: list[str] = field(default_factory=list)
    _ended: set[tuple[str, str]] = field(default_factory=set)

    def add(self, text: str, executor: str, started: bool = True) -> None:
        """Count what a task's end or an executor's removal tells.

        Parameters
        ----------
        text : str
            As for `kind_of`.
        executor : str
            Which executor.
        started : bool
            It had run a task, so that its end is no failure to launch.
        """
        kind = kind_of(text)
        if kind == "launch" and started:
            kind = "infrastructure"
        if kind is None or (kind, executor) in self._ended or len(self._ended) > MOST_ENDED:
            return
        if kind in _ENDS_EXECUTOR:
            self._ended.add((kind, executor))
        self.counts[kind] += 1
        if len(self.reasons) < MOST_REASONS:
            self.reasons.append(text)

    @property
    def worst(self) -> str | None:
        """The kind that explains the others, None when nothing failed."""
        return _worst(self.counts)
