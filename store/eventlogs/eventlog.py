"""The event log of one application, tasks and all, for those who look at a single run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from store.errors import EventLogError
from store.eventlogs.application import Application, ExecutorEvents, JobEvents
from store.eventlogs.codecs import Budget
from store.eventlogs.entries import of_path
from store.eventlogs.events import TaskEnd
from store.eventlogs.failures import failure_kind
from store.eventlogs.reading import found_logs, read_log
from store.eventlogs.tasks import TaskEvent, columns

__all__ = ["EventLog", "EventLogError", "ExecutorEvents", "JobEvents", "TaskEvent", "parse_event_log"]


@dataclass
class EventLog(Application):
    """What one Spark application did, as far as its log goes.

    Attributes
    ----------
    tasks : list of TaskEvent
        Every task attempt, in the order in which they ended.
    """

    tasks: list[TaskEvent] = field(default_factory=list)

    @property
    def failure_reasons(self) -> list[str]:
        """Reasons of failed tasks, then of removed executors."""
        tasks = [task.reason for task in self.tasks if task.failed and task.reason]
        return tasks + [gone.removed_reason for gone in self.executors.values() if gone.removed_reason]

    @property
    def failure_kind(self) -> str | None:
        """The run log's word for what went wrong, or None."""
        return failure_kind(self.failure_reasons)

    def task_rows(self) -> list[Mapping[str, Any]]:
        """Rows for the store's `tasks` table."""
        return [asdict(task) for task in self.tasks]


def parse_event_log(path: Path) -> EventLog:
    """Read the event log of one application.

    Parameters
    ----------
    path : Path
        A file in any of Spark's codecs, the folder of a rolled log, or an archive of either. It may stop anywhere:
        an unfinished last line (the driver died while writing) is dropped.

    Raises
    ------
    EventLogError
        When it cannot be read, a line before the last is not a Spark event, or it holds several applications.
    """
    entries = of_path(path)
    budget = Budget(sum(entry.size for entry in entries))
    with found_logs(entries, budget) as logs:
        if len(logs) != 1:
            raise EventLogError(f"{path} holds {len(logs)} event logs, not one")
        events: list[TaskEnd] = []
        log = read_log(logs[0], EventLog(), budget, events.append)
    log.tasks = [TaskEvent(*values) for values in zip(*columns(events), strict=True)]
    return log
