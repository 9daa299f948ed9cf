"""Values of the command line, good and bad."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from runner.arguments import read_integer, read_list, read_memory, read_rate, read_seconds
from runner.errors import RunnerError


def test_a_list_is_sorted_and_unique() -> None:
    assert read_list("--executors", "3, 1,2,1", read_integer) == [1, 2, 3]
    assert read_list("--sampling-rates", "100,0.5", read_rate) == [0.5, 100.0]


@pytest.mark.parametrize(
    ("text", "mib"), [("1g", 1024), ("1.5G", 1536), ("512m", 512), ("2GiB", 2048), ("1000 MB", 1000)]
)
def test_memory_sizes(text: str, mib: int) -> None:
    assert read_memory("--memory", text) == mib


@pytest.mark.parametrize(
    ("read", "option", "text", "message"),
    [
        (read_memory, "--memory", "450m", "--memory: '450m' is too small .* the least is 512m"),
        (read_memory, "--memory", "1", "write it like 1g or 1536m"),
        (read_memory, "--memory", "1t", "write it like 1g or 1536m"),
        (read_memory, "--memory", "1.0001g", "not a whole number of MiB"),
        (read_integer, "--executors", "0", "--executors: '0' is not a whole number from 1 to 100,000"),
        (read_integer, "--executors", "two", "--executors: 'two'"),
        (read_integer, "--cores", "1.5", "--cores: '1.5'"),
        (read_integer, "--repeats", "-1", "--repeats: '-1'"),
        (read_integer, "--executors", "", "--executors: ''"),
        (read_rate, "--sampling-rates", "0", "--sampling-rates: '0' is not a percentage"),
        (read_rate, "--sampling-rates", "101", "at most 100"),
        (read_rate, "--sampling-rates", "nan", "at most 100"),
        (read_rate, "--sampling-rates", "all", "'all' is not a percentage"),
        (read_seconds, "--timeout", "0", "--timeout: '0' is not a number of seconds"),
        (read_seconds, "--timeout", "1h", "'1h' is not a number of seconds"),
    ],
)
def test_bad_values_say_which_option(read: Callable[..., Any], option: str, text: str, message: str) -> None:
    with pytest.raises(RunnerError, match=message):
        read(option, text)
