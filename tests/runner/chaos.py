"""Kills processes of a tiny campaign at random moments, and checks what is left: ``make chaos``.

A strike is a kill -9 at a random moment of a run. A runner that was struck is started again, as a user would. Strikes
are written down one by one, so that the same command goes on where it was stopped. What counts is at the end: the
violations of what a campaign promises (`tests.runner.aftermath`), of which there are none.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import psutil

from runner.runs.interrupts import stop_signals_blocked
from tests.runner import victims
from tests.runner.aftermath import Strike, find_violations, tell
from tests.runner.helpers import ROOT, processes_of, profile_command

RUNS = ("--images-per-partition", "5", "--synthetic", "10", "--memory", "512m")
CAMPAIGN = "chaos"
RUNNER = "runner"
# Longest wait in seconds from the moment at which a victim is there to the strike: about as long as it lives.
LIFETIME_S = {
    RUNNER: 18.0,
    "supervisor": 15.0,
    "driver": 12.0,
    "driver_jvm": 10.0,
    "master": 14.0,
    "worker": 12.0,
    "executor": 7.0,
    "python_worker": 4.0,
}
SPARED = 0.1  # share of the runs that are let through
CLEARED_S = 60.0
POLL_S = 0.2  # looking through all processes takes 10 ms of a core


class Diary:
    """The strikes so far, in a file."""

    def __init__(self, home: Path) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self._path = home / "strikes.jsonl"

    def read(self) -> list[Strike]:
        """Return all strikes."""
        lines = self._path.read_text(encoding="utf-8").splitlines() if self._path.exists() else []
        return [Strike(**json.loads(line)) for line in lines]

    def add(self, strike: Strike) -> None:
        """Write a strike down."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(strike)) + "\n")


class Chaos:
    """Strikes at a campaign in a home of its own.

    Parameters
    ----------
    home : Path
    seed : int
        Of victims and moments.
    executors : str
        Their numbers, a configuration each.
    repeats : int
        Of each configuration; by as many the campaign grows when it is through.
    """

    def __init__(self, home: Path, seed: int, executors: str = "1,2", repeats: int = 4) -> None:
        self._home = home
        self._seed = seed
        self._executors = executors
        self._more = self._repeats = repeats
        self._runner: subprocess.Popen[bytes] | None = None
        self.diary = Diary(home)

    def go_on(self, kills: int, roles: tuple[str, ...], deadline: float) -> bool:
        """Strike until there are `kills` strikes, then let the campaign end; False when the time was over before."""
        try:
            self._strike_all(kills, roles, deadline)
            return self._finish(deadline)
        finally:
            self._stop()

    def strike_at_work(self, roles: Sequence[str], deadline: float) -> bool:
        """Strike once at each of these while a Python worker computes, then let the campaign end as `go_on` does."""
        try:
            for role in roles:
                self._keep_running()
                if self._wait(lambda: self._find("python_worker") != []):
                    self._kill(role, random.Random(self._seed))
            return self._finish(deadline)
        finally:
            self._stop()

    def _strike_all(self, kills: int, roles: tuple[str, ...], deadline: float) -> None:
        attempt = 0
        while len(strikes := self.diary.read()) < kills and time.monotonic() < deadline:
            chance = random.Random(f"{self._seed}/{len(strikes)}/{attempt}")
            attempt += 1
            self._keep_running()
            if chance.random() < SPARED:
                self._let_one_run_through()
            else:
                struck = Counter(strike.role for strike in strikes)
                rarest = min(struck[role] for role in roles)
                self._strike(chance.choice([role for role in roles if struck[role] == rarest]), chance)

    def _keep_running(self) -> None:
        if self._runner is not None and self._runner.poll() is not None:
            self._runner = None
            self._repeats += self._more
        if self._runner is None:
            arguments = [*RUNS, "--executors", self._executors, "--campaign", CAMPAIGN, "--repeats", str(self._repeats)]
            with (self._home / "runner.log").open("ab") as log:
                self._runner = subprocess.Popen(
                    profile_command(self._home, *arguments), cwd=ROOT, stdout=log, stderr=log
                )

    def _runs(self) -> bool:
        return self._runner is not None and self._runner.poll() is None

    def _run_id(self) -> str:
        """The run in progress; empty between two runs."""
        folder = self._home / "work"
        return next((path.name for path in folder.iterdir()), "") if folder.exists() else ""

    def _wait(self, happened: Callable[[], bool]) -> bool:
        """Wait for something to happen; False when the runner ended before."""
        while not happened():
            if not self._runs():
                return False
            time.sleep(POLL_S)
        return True

    def _let_one_run_through(self) -> None:
        before = self._run_id()
        self._wait(lambda: self._run_id() not in ("", before))
        through = self._run_id()
        self._wait(lambda: self._run_id() != through)

    def _find(self, role: str) -> list[psutil.Process]:
        if role == RUNNER:
            return [psutil.Process(self._runner.pid)] if self._runner is not None else []
        return victims.find(self._home, role)

    def _strike(self, role: str, chance: random.Random) -> None:
        if self._wait(lambda: self._find(role) != []):
            time.sleep(chance.uniform(0, LIFETIME_S[role]))
            self._kill(role, chance)

    def _kill(self, role: str, chance: random.Random) -> None:
        there = self._find(role)
        if not there or not self._runs():
            return
        with stop_signals_blocked():  # a strike that is not in the diary would be a failure without a cause
            run_id, at_ms = self._run_id(), time.time_ns() // 1_000_000
            chance.choice(there).kill()
            strays = self._after_runner() if role == RUNNER else self._after(run_id)
            strike = Strike(len(self.diary.read()) + 1, role, run_id, at_ms, time.time() - at_ms / 1000, strays)
            self.diary.add(strike)
        print(f"{strike.number:4} {role:14} {run_id or '-':36} over after {strike.cleared_s:.1f} s", flush=True)

    def _after_runner(self) -> list[str]:
        """Wait until nothing is left of the run, and return what is left all the same."""
        if self._runner is not None:
            self._runner.wait()
            self._runner = None
        end = time.monotonic() + CLEARED_S
        while (left := processes_of(self._home)) and time.monotonic() < end:
            time.sleep(POLL_S)
        return left

    def _after(self, run_id: str) -> list[str]:
        """Wait until the runner is through with the run, and return what is left of its processes."""
        self._wait(lambda: self._run_id() != run_id)
        return processes_of(self._home / "work" / run_id)

    def _finish(self, deadline: float) -> bool:
        """Let the campaign end; False when there is no time for that."""
        self._keep_running()
        while self._runs() and time.monotonic() < deadline:
            time.sleep(POLL_S)
        return not self._runs()

    def _stop(self) -> None:
        """Stop a runner in order, as Ctrl-C does."""
        if self._runner is not None:
            self._runner.terminate()
            self._runner.wait()


def main() -> int:
    """Strike, check, report; 0 when everything promised was kept, 3 when there is more to do."""
    parser = argparse.ArgumentParser(prog="python -m tests.runner.chaos", description=__doc__)
    parser.add_argument("--home", type=Path, default=Path(tempfile.gettempdir()) / "sparkcast-chaos")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=120.0, help="stop after this time; the same command goes on")
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    chaos = Chaos(args.home, args.seed)
    through = chaos.go_on(args.kills, tuple(LIFETIME_S), time.monotonic() + 60 * args.minutes)
    strikes = chaos.diary.read()
    print(tell(args.home, strikes))
    violations = find_violations(args.home, strikes, complete=through)
    print("\n".join(["violations:", *violations]) if violations else "no violations")
    if violations:
        return 1
    return 0 if through else 3


if __name__ == "__main__":
    sys.exit(main())
