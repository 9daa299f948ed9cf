"""How a campaign is going, for people at a terminal and for log files."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import TextIO

from runner.plan import PlannedRun
from runner.record import Outcome

_CLEAR_LINE = "\r\x1b[K"


class Progress:
    """Writes one line a finished run; on a terminal also a line about the run in progress.

    Parameters
    ----------
    stream : TextIO
        Where to write.
    total : int
        Runs in the plan.
    done : int
        Runs that were in the store already.
    """

    def __init__(self, stream: TextIO, total: int, done: int) -> None:
        self._stream = stream
        self._total = total
        self._done = done
        self._finished = 0
        self._started = time.monotonic()

    def say(self, text: str) -> None:
        """Write a line."""
        self._write(f"{self._clear()}{text}\n")

    def note(self, text: str) -> None:
        """Show what is going on right now, where that can be overwritten."""
        if self._stream.isatty():
            self._write(f"{_CLEAR_LINE}{text}")

    def run_started(self, run: PlannedRun) -> None:
        """Show the run in progress."""
        self.note(f"[{self._done + 1}/{self._total}] {run.configuration}, repeat {run.repeat} ...{self._outlook()}")

    def run_ended(self, run: PlannedRun, outcome: Outcome, remark: str) -> None:
        """Write the line of a finished run."""
        self._done += 1
        self._finished += 1
        if outcome.completion_time_s is not None:
            result = f"ok, {outcome.completion_time_s:.1f} s"
        else:
            result = f"{outcome.status} ({outcome.failure_kind}): {outcome.reason}"
        remark = f" ({remark})" if remark else ""
        place = f"[{self._done}/{self._total}]"
        self.say(f"{place} {run.configuration}, repeat {run.repeat}: {result}{remark}{self._outlook()}")

    def _outlook(self) -> str:
        left = self._total - self._done
        if not left or not self._finished:
            return ""
        rest = timedelta(seconds=left * (time.monotonic() - self._started) / self._finished)
        end = (datetime.now().astimezone() + rest).strftime("%H:%M" if rest < timedelta(hours=12) else "%b %d %H:%M")
        return f" - {left} left, expected end {end}"

    def _clear(self) -> str:
        return _CLEAR_LINE if self._stream.isatty() else ""

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
