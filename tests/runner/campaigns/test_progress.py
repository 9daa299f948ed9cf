"""What a campaign says while it runs."""

from __future__ import annotations

import io
import re
import threading

import pytest

from runner.campaigns.course import Standing
from runner.campaigns.live import LiveBlock
from runner.campaigns.progress import ProgressDisplay
from runner.plans.plan import Configuration, PlannedRun
from runner.runs.record import Outcome, brief

RUN = PlannedRun(Configuration(2, 2, 1536, 50, 10.0), repeat=1)
SAID = "2 x 1 cores, 1.5 GiB, 50 images/partition, 10 %, repeat 1"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def follow(stream: io.StringIO) -> str:
    progress = ProgressDisplay(stream)
    progress.run_started(RUN, Standing(3, 1, 0, rest_s=None, rest_after_next_s=None, last_failure=""))
    progress.run_ended(RUN, Standing(3, 2, 0, 90.0, 0.0, ""), Outcome("ok", 12.34), remark="")
    progress.run_started(RUN, Standing(3, 2, 1, 90.0, 0.0, "that run: oom"))
    progress.run_ended(
        RUN, Standing(3, 3, 1, 0.0, 0.0, "this run"), Outcome("oom", None, "oom_heap", "no room"), "1 task"
    )
    progress.close()
    return stream.getvalue()


def test_a_log_file_gets_one_plain_line_a_run() -> None:
    first, second = follow(io.StringIO()).splitlines()
    assert first.startswith(f"[2/3] {SAID}: ok, 12.3 s - 1 left, expected end ")
    assert first.endswith("(in 1 min 30 s)")
    assert second == f"[3/3] {SAID}: oom (oom_heap): no room (1 task) - 0 left"


def screen(output: str) -> list[str]:
    """What a terminal shows after `output`: it knows line feeds, and the ways back that `LiveBlock` goes."""
    lines, row = [""], 0
    for part in re.findall(r"\x1b\[\d*[AJ]|\r|\n|[^\r\n\x1b]+", output):
        if part == "\n":
            row += 1
            lines += [""] * (row - len(lines) + 1)
        elif part.endswith("A") and part.startswith("\x1b"):
            row -= int(part[2:-1])
        elif part == "\x1b[J":
            del lines[row + 1 :]
            lines[row] = ""
        elif part != "\r":
            lines[row] += part
    return lines


def test_a_terminal_sees_the_run_in_progress_and_the_last_failure() -> None:
    stream = Terminal()
    progress = ProgressDisplay(stream)
    progress.say("hello")
    progress.run_started(RUN, Standing(3, 2, 1, rest_s=90.0, rest_after_next_s=0.0, last_failure="that run: oom"))
    hello, running, standing, failure, end = screen(stream.getvalue())
    assert (hello, failure, end) == ("hello", "  last failure: that run: oom", "")
    assert running.startswith(f"[3/3] {SAID}: running for 0.0 s"[:79])
    assert standing.startswith("  2 done, 1 of them failed, 1 left, expected end ")
    progress.close()
    assert screen(stream.getvalue()) == ["hello", ""]


def test_a_terminal_keeps_the_lines_of_finished_runs() -> None:
    stream = Terminal()
    follow(stream)
    assert [line.partition(":")[0] for line in screen(stream.getvalue())] == [f"[2/3] {SAID}", f"[3/3] {SAID}", ""]


def test_a_block_is_asked_again_and_never_wraps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "10")
    monkeypatch.setattr("runner.campaigns.live._REFRESH_S", 0.01)
    stream, asked = Terminal(), threading.Semaphore(0)

    def lines() -> list[str]:
        asked.release()
        return ["x" * 50]

    block = LiveBlock(stream)
    block.show(lines)
    assert all(asked.acquire(timeout=60) for _ in range(3))
    block.write("done\n")
    assert screen(stream.getvalue()) == ["done", "x" * 9, ""]
    block.close()
    assert screen(stream.getvalue()) == ["done", ""]


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (
            "Py4JJavaError: An error occurred\n  File x\nrunner.inference.ImageError: cannot decode a.jpg\n\tat o.a.s",
            "ImageError: cannot decode a.jpg",
        ),
        ("ConnectionRefusedError: [Errno 111] refused", "ConnectionRefusedError: [Errno 111] refused"),
        ("1 of 2 executors registered within 60 s", "1 of 2 executors registered within 60 s"),
        ("PythonException: An exception was thrown:\n  File x\nMemoryError\n", "MemoryError"),
        ("", "unknown"),
    ],
)
def test_an_error_is_told_in_its_own_line(error: str, line: str) -> None:
    assert brief(error) == line


def test_the_task_says_it_better_than_the_driver() -> None:
    task = "ExceptionFailure: org.apache.spark.SparkException: Python worker exited unexpectedly (crashed).\n\tat o.a.s"
    assert (
        brief(task, "Py4JJavaError: An error occurred while calling o129.save.\n: java.lang.X") == task.splitlines()[0]
    )
    image = "ExceptionFailure: PythonException: Traceback:\n  File\nrunner.inference.ImageError: cannot decode a.jpg\n"
    assert brief(task, image) == "ImageError: cannot decode a.jpg"
