"""The failure kinds, from the texts that name them; tests/runner/runs/test_faults.py makes the real ones."""

from __future__ import annotations

import pytest

from store.eventlogs.failures import failure_kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("numpy._core._exceptions._ArrayMemoryError: Unable to allocate 8.00 PiB for an array", "oom_python"),
        ("terminate called after throwing an instance of 'std::bad_alloc'", "oom_python"),
        ("Command exited with code 50", "oom_heap"),
        ("Command exited with code 51", "oom_heap"),
        ("Command exited with code 53", "infrastructure"),
        ("Command exited with code 57", "infrastructure"),
        ("Command exited with code 58", "infrastructure"),
        ("Command exited with code 1", "launch"),
        ("Error occurred during initialization of VM Could not reserve enough space for object heap", "launch"),
        ("Initial heap size set to a larger value than the maximum heap size", "launch"),
    ],
)
def test_what_spark_and_the_processes_say_has_a_kind(text: str, kind: str) -> None:
    assert failure_kind([text]) == kind


def test_a_worker_that_dies_of_memory_is_not_just_killed() -> None:
    killed = "Python worker exited unexpectedly (crashed)"
    assert failure_kind([killed]) == "python_killed"
    assert failure_kind([killed, "terminate called after throwing an instance of 'std::bad_alloc'"]) == "oom_python"
