"""What a failed run's executors said last: the cause, where Spark's reasons only say that a process ended."""

from __future__ import annotations

import os
import re
from pathlib import Path

from runner.spec import RunSpec

# What a JVM or a C++ runtime prints when it ends its process; store.failures knows what each means.
LAST_WORDS = re.compile(
    r"^(?:Error occurred during initialization of VM\n.*|terminate called after throwing an instance of .*"
    r"|.*\bjava\.lang\.OutOfMemoryError\b.*)$",
    re.MULTILINE,
)
TAIL_BYTES = 1024**2
MOST_LOGS = 100


def last_words(spec: RunSpec) -> tuple[str, ...]:
    """Return the telling lines in the output of the run's executors, each once."""
    texts = (_tail(path).decode("utf-8", "replace") for path in _executor_outputs(spec))
    return tuple(dict.fromkeys(" ".join(found.split()) for text in texts for found in LAST_WORDS.findall(text)))


def keep_logs(spec: RunSpec, folder: Path) -> None:
    """Copy the output of the run's processes to `folder`, for someone who wants to know what went wrong.

    Bounded, because an executor that dies at every start is started again and again: `MOST_LOGS` files, and the last
    `TAIL_BYTES` of each.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for path in [*sorted(spec.folder.glob("*.log")), *_executor_outputs(spec)]:
        name = "-".join(path.relative_to(spec.folder).with_suffix(".log").parts)
        (folder / name).write_bytes(_tail(path))


def _executor_outputs(spec: RunSpec) -> list[Path]:
    """Return what the workers of a private cluster wrote down for their executors, at most `MOST_LOGS` files."""
    return [path for path in sorted(spec.folder.glob("worker-*/*/*/std*")) if path.stat().st_size][:MOST_LOGS]


def _tail(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL_BYTES))
        return file.read()
