"""How a campaign is going, for people at a terminal and for log files."""

from __future__ import annotations

import sys
import time
from datetime import datetime, timedelta
from typing import TextIO

from runner.campaigns.course import Standing
from runner.campaigns.live import LiveBlock
from runner.plans.plan import PlannedRun
from runner.runs.record import Outcome
from store.durations import duration


class ProgressDisplay:
    """Writes one line a finished run; on a terminal also a block about the run in progress, which changes in place.

    Parameters
    ----------
    stream : TextIO
        Where to write; standard error by default.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._block = LiveBlock(self._stream) if self._stream.isatty() else None

    def say(self, text: str) -> None:
        """Write a line."""
        if self._block is not None:
            self._block.write(f"{text}\n")
        else:
            self._stream.write(f"{text}\n")
            self._stream.flush()

    def note(self, text: str) -> None:
        """Show what is going on right now, where that can be overwritten."""
        if self._block is not None:
            self._block.show(lambda: [text])

    def run_started(self, run: PlannedRun, standing: Standing) -> None:
        """Show the run in progress and where the campaign stands."""
        start = time.monotonic()
        if self._block is not None:
            self._block.show(lambda: _lines(run, standing, time.monotonic() - start))

    def run_ended(self, run: PlannedRun, standing: Standing, outcome: Outcome, remark: str) -> None:
        """Write the line of a finished run; `standing` counts it already."""
        remark = f" ({remark})" if remark else ""
        result = (
            f"ok, {outcome.completion_time_s:.1f} s"
            if outcome.completion_time_s is not None
            else f"{outcome.status} ({outcome.failure_kind}): {outcome.reason}"
        )
        self.say(f"[{standing.done}/{standing.total}] {run}: {result}{remark} - {_outlook(standing)}")

    def close(self) -> None:
        """Take away what was only for the moment."""
        if self._block is not None:
            self._block.close()


def _outlook(standing: Standing, elapsed_s: float = 0.0) -> str:
    rest_s = standing.remaining_s(elapsed_s)
    if not standing.left or rest_s is None:
        return f"{standing.left} left"
    rest = timedelta(seconds=rest_s)
    end = (datetime.now().astimezone() + rest).strftime("%H:%M" if rest < timedelta(hours=12) else "%b %d %H:%M")
    return f"{standing.left} left, expected end {end} (in {duration(rest_s)})"


def _lines(run: PlannedRun, standing: Standing, elapsed_s: float) -> list[str]:
    lines = [
        f"[{standing.done + 1}/{standing.total}] {run}: running for {duration(elapsed_s)}",
        f"  {standing.done} done, {standing.failed} of them failed, {_outlook(standing, elapsed_s)}",
    ]
    return [*lines, *([f"  last failure: {standing.last_failure}"] if standing.last_failure else [])]
