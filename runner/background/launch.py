"""A campaign that goes on by itself: started detached, found again after a restart, stopped by a signal.

What is known of the last one stands in a file under the home. It names a process by its id, its start and its command,
so that a process that came to have the same id is never taken for it.
"""

from __future__ import annotations

import dataclasses
import fcntl
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil

from runner.background.request import Request
from runner.campaigns.lock import LOCK_FILE
from runner.clusters.environment import SOURCE_ROOT
from runner.clusters.software import check_java
from runner.commands.plan_options import check_memory
from runner.errors import BusyError, RunnerError
from store.files import write_durably

FOLDER = "launches"
_FILE = "last.json"
_TAIL_BYTES = 16_384
KEPT_LOGS = 20  # of campaigns, the last included
# The kernel counts starts in hundredths of seconds from a boot time that is itself rounded.
_SAME_START_S = 2.0


@dataclass(frozen=True)
class Launch:
    """A campaign that was started detached.

    Parameters
    ----------
    request : Request
        What was asked for, with the campaign's name.
    command : list of str
    pid : int
    created : float
        Start of the process, seconds since the epoch, as the system says it.
    log : str
        Name of the file, in the same folder, that has what it wrote.
    started_at : str
        ISO 8601, UTC.
    stopping : bool
        Whether it was told to stop.
    """

    request: Request
    command: list[str]
    pid: int
    created: float
    log: str
    started_at: str
    stopping: bool = False

    @property
    def campaign(self) -> str:
        """Name of the campaign."""
        return self.request.campaign

    @property
    def is_running(self) -> bool:
        """Whether the process is still there, and is the one that was started."""
        return self._process() is not None

    def _process(self) -> psutil.Process | None:
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.created) < _SAME_START_S and process.cmdline() == self.command
            return process if same and process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.Error:
            return None

    def terminate(self) -> bool:
        """Ask the process to stop, as Ctrl-C does; False when it is no longer there."""
        process = self._process()
        if process is None:
            return False
        process.terminate()
        return True


def start(home: Path, request: Request) -> Launch:
    """Start a campaign that outlives this process.

    Parameters
    ----------
    home : Path
        Of the store.
    request : Request

    Raises
    ------
    RunnerError
        When the plan is wrong or this machine cannot run it.
    BusyError
        When another campaign measures with this home.
    """
    plan = request.plan()
    check_memory(plan)
    check_java()
    named = dataclasses.replace(request, campaign=request.campaign or plan.default_campaign())
    with _alone(home) as folder:
        _refuse_second(home)
        return _remember(folder, _spawn(folder, home, named))


def last(home: Path) -> Launch | None:
    """Return the campaign that was started last, running or not; None when none ever was."""
    try:
        content = json.loads((home / FOLDER / _FILE).read_text(encoding="utf-8"))
        return Launch(**content | {"request": Request(**content["request"])})
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError):  # not ours: nothing that could be watched or stopped
        return None


def resume(home: Path) -> Launch:
    """Start the campaign that was started last again; what has a result is not run again.

    Raises
    ------
    RunnerError
        When none was started, or as `start` does.
    """
    launch = last(home)
    if launch is None:
        raise RunnerError("no campaign was started here; plan one first")
    return start(home, launch.request)


def stop(home: Path) -> None:
    """Ask the campaign that was started last to stop; what is finished is kept."""
    with _alone(home) as folder:
        launch = last(home)
        if launch is not None and launch.terminate():
            _remember(folder, dataclasses.replace(launch, stopping=True))


def measuring(home: Path) -> str | None:
    """Return the id of the process that measures with this home, whoever started it; None when none does.

    Only for people: it does not try the lock, because a campaign that starts at that moment would be refused.
    """
    path = home / LOCK_FILE
    try:
        holder, written = path.read_text(encoding="utf-8").strip(), path.stat().st_mtime
        # A process that began after the file was written came to have the id of one that was killed.
        began = psutil.Process(int(holder)).create_time()
    except (FileNotFoundError, ValueError, psutil.Error):
        return None
    return holder if began <= written + _SAME_START_S else None


def log_tail(home: Path, launch: Launch) -> str:
    """Return the last of what the campaign wrote; empty when there is nothing."""
    path = home / FOLDER / launch.log
    if path.parent != home / FOLDER or not path.is_file():
        return ""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
        return file.read().decode("utf-8", errors="replace")


@contextmanager
def _alone(home: Path) -> Iterator[Path]:
    """Let one process or thread at a time decide what is started or stopped."""
    folder = home / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield folder


def _refuse_second(home: Path) -> None:
    launch = last(home)
    if launch is not None and launch.is_running:
        raise BusyError(f"campaign {launch.campaign} is still running; wait for it or stop it")
    if (holder := measuring(home)) is not None:
        raise BusyError(f"process {holder} is already measuring with {home}; wait for it or stop it")


def _spawn(folder: Path, home: Path, request: Request) -> Launch:
    now = datetime.now(UTC)
    log = f"{now:%Y%m%dT%H%M%S%f}.log"
    command = [sys.executable, "-m", "runner", "profile", *request.arguments, f"--home={home}"]
    with (folder / log).open("wb") as file:
        process = subprocess.Popen(
            command, cwd=SOURCE_ROOT, stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True
        )
    for old in sorted(folder.glob("*.log"))[:-KEPT_LOGS]:
        old.unlink()
    threading.Thread(target=process.wait, daemon=True).start()  # so that it does not stay a zombie
    return Launch(request, command, process.pid, _created(process.pid), log, now.isoformat(timespec="seconds"))


def _created(pid: int) -> float:
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.NoSuchProcess:  # it ended at once; its log says why
        return time.time()


def _remember(folder: Path, launch: Launch) -> Launch:
    write_durably(folder / _FILE, json.dumps(asdict(launch)).encode())
    return launch
