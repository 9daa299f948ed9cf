"""What a campaign says while it runs."""

from __future__ import annotations

import io

import pytest

from runner.plan import Configuration, PlannedRun
from runner.progress import Progress
from runner.record import Outcome, brief

RUN = PlannedRun(Configuration(2, 2, 1536, 50, 10.0), repeat=1)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def follow(stream: io.StringIO) -> str:
    progress = Progress(stream, total=3, done=1)
    progress.run_started(RUN)
    progress.run_ended(RUN, Outcome("ok", 12.34), remark="")
    progress.run_started(RUN)
    progress.run_ended(RUN, Outcome("oom", None, "oom_heap", "no room"), remark="1 task")
    return stream.getvalue()


def test_a_log_file_gets_one_plain_line_a_run() -> None:
    first, second = follow(io.StringIO()).splitlines()
    assert first.startswith("[2/3] 2 x 1 cores, 1.5 GiB, 50 images/partition, 10 %, repeat 1: ok, 12.3 s - 1 left")
    assert "expected end" in first
    assert second.endswith("repeat 1: oom (oom_heap): no room (1 task)")


def test_a_terminal_also_sees_the_run_in_progress() -> None:
    shown = follow(Terminal()).split("\r\x1b[K")
    assert shown[1] == "[2/3] 2 x 1 cores, 1.5 GiB, 50 images/partition, 10 %, repeat 1 ..."
    assert shown[2].startswith("[2/3]")
    assert shown[2].endswith("\n")


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
