"""Many uploads that nobody should send, one after the other into one store: python -m tests.store.fuzz.

They come in slices, each with a number that makes the same uploads again: `--slice 7` alone repeats what slice 7 met,
and `--from 7` goes on where a run that was stopped left off.

Each is taken in as it should be or refused with a reason: no traceback, no hang, nothing of it stored unless all of it
was, and no more memory than the limit.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from hypothesis import HealthCheck, given, seed, settings

from store import cli, open_store
from store.__main__ import parser
from store.database.database import Database
from tests.store.untrusted import uploads

MOST_MEMORY = 1 << 30  # bytes, of the whole process
MOST_S = 60
SLICE = 250  # hypothesis keeps what it tried in mind, to try other things
GIVEN = ("--application", "a", "--cluster", "c", "--sampling-rate", "10", "--memory", "1g")
TABLES = ("runs", "tasks", "executors", "uploads")


@dataclass
class Tally:
    """What came of the uploads."""

    uploads: int = 0
    taken: int = 0
    longest_s: float = 0.0

    def __str__(self) -> str:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return (
            f"{self.uploads:,} uploads: {self.taken:,} taken, {self.uploads - self.taken:,} refused with a reason; "
            f"longest {self.longest_s:.2f} s, peak memory {peak:.0f} MB"
        )


class Target:
    """A store, and what an upload must not do to it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.tally = Tally()
        self._database = Database(open_store(home).home.database)

    def check(self, content: bytes) -> None:
        """Upload this as a user would and look at what it did."""
        file = self.home.parent / "upload"
        file.write_bytes(content)
        before, start = self._rows(), time.perf_counter()
        status, out, err = _command("import", "--home", str(self.home), "--json", *GIVEN, str(file))
        self.tally.longest_s = max(self.tally.longest_s, time.perf_counter() - start)
        self.tally.uploads += 1
        self.tally.taken += status == 0
        assert status in (0, 2), err[:2_000]
        assert (status == 2) == err.startswith("error: "), err
        added = sum(outcome["added"] for outcome in json.loads(out))
        after = self._rows()
        assert after["runs"] - before["runs"] == added
        assert after == before or json.loads(out), "something of what was refused is stored"
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 < MOST_MEMORY

    def _rows(self) -> dict[str, int]:
        with self._database.transaction() as connection:
            return {table: connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0] for table in TABLES}


def _command(*arguments: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = cli.run(parser(), arguments)
    return status, out.getvalue(), err.getvalue()


def fuzz(target: Target, examples: int, number: int = 0) -> None:
    """Check so many uploads; the same ones for the same number."""

    @seed(number)
    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(uploads)
    def one(content: bytes) -> None:
        target.check(content)

    one()


@contextlib.contextmanager
def impatient(check: Target) -> Iterator[None]:
    """Let each check fail that takes too long."""
    patient = check.check

    def timed(content: bytes) -> None:
        signal.alarm(MOST_S)
        try:
            patient(content)
        finally:
            signal.alarm(0)

    def late(number: int, frame: FrameType | None) -> None:
        raise AssertionError(f"an upload took more than {MOST_S} s")

    signal.signal(signal.SIGALRM, late)
    check.check = timed  # type: ignore[method-assign]
    yield


def main() -> int:
    """Fuzz, and print what came of it."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--examples", type=int, default=5_000, help=f"in slices of {SLICE}; default: 5,000")
    options.add_argument("--from", type=int, default=0, dest="first", metavar="SLICE", help="leave out those before")
    options.add_argument("--slice", type=int, help="this slice alone")
    args = options.parse_args()
    numbers = range(args.first, -(-args.examples // SLICE)) if args.slice is None else [args.slice]
    for number in numbers:
        with tempfile.TemporaryDirectory() as folder:
            target = Target(Path(folder) / "home")
            with impatient(target):
                fuzz(target, SLICE, number)
            print(f"slice {number}: {target.tally}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
