"""What is handed to the store as a whole: a finished run with its tasks and executors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class RunRecord:
    """One finished run.

    Parameters
    ----------
    run : dict
        Run-log columns; see docs/run-log-format.md. Optional ones may be left out.
    tasks : list of dict
        One a task attempt, keys as in `runlog.TASK_COLUMNS` (run_id is filled in).
    executors : list of dict
        One an executor, keys as in `runlog.EXECUTOR_COLUMNS` (run_id is filled in).
    """

    run: Mapping[str, Any]
    tasks: list[Mapping[str, Any]] = field(default_factory=list)
    executors: list[Mapping[str, Any]] = field(default_factory=list)
