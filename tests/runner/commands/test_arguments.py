"""Values of the command line, good and bad."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from runner.commands.arguments import (
    read_integer,
    read_list,
    read_memory,
    read_memory_step,
    read_rate,
    read_seconds,
)
from runner.errors import RunnerError


def test_a_list_is_sorted_and_unique() -> None:
    assert read_list("--executors", "3, 1,2,1", read_integer) == [1, 2, 3]
    assert read_list("--sampling-rates", "100,0.5", read_rate) == [0.5, 100.0]


@pytest.mark.parametrize(
    ("option", "text", "read", "values"),
    [
        ("--cores", "2:8:2", read_integer, [2, 4, 6, 8]),
        ("--cores", "1,4:9:4,8", read_integer, [1, 4, 8]),
        ("--memory", "1g:3g:1g", read_memory, [1024, 2048, 3072]),
        ("--memory", "1g:2g:512m", read_memory, [1024, 1536, 2048]),
        ("--sampling-rates", "1:100:x10", read_rate, [1.0, 10.0, 100.0]),
        ("--sampling-rates", "0.1:0.3:0.1", read_rate, [0.1, 0.2, 0.3]),
        ("--executors", "3:3:1", read_integer, [3]),
    ],
)
def test_a_range_has_the_papers_min_max_and_scale(
    option: str, text: str, read: Callable[[str, str], Any], values: list[float]
) -> None:
    assert read_list(option, text, read) == values


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1:4", "--cores: '1:4' is not a range; write MIN:MAX:STEP like 2:8:2"),
        ("4:1:1", "--cores: '4:1:1' starts above its end"),
        ("1:8:x1", "--cores: 'x1' is not a factor"),
        ("1:8:0", "--cores: '0' is not a whole number"),
        ("1:8:xx", "--cores: 'xx' is not a factor"),
    ],
)
def test_a_bad_range_says_what_is_wrong(text: str, message: str) -> None:
    with pytest.raises(RunnerError, match=message):
        read_list("--cores", text, read_integer)


def test_a_step_of_memory_may_be_smaller_than_any_executor() -> None:
    sizes = read_list("--memory", "1g:2g:256m", read_memory, read_memory_step)
    assert sizes == [1024, 1280, 1536, 1792, 2048]
    with pytest.raises(RunnerError, match="--memory: '0m' is no step"):
        read_list("--memory", "1g:2g:0m", read_memory, read_memory_step)


def test_a_range_has_an_end() -> None:
    with pytest.raises(RunnerError, match="has more than 10,000 values"):
        read_list("--images-per-partition", "1:1000000000:1", read_integer)


@pytest.mark.parametrize(("text", "seconds"), [("90", 90), ("90s", 90), ("10m", 600), ("1.5 h", 5400), ("1d", 86_400)])
def test_times(text: str, seconds: float) -> None:
    assert read_seconds("--for", text) == seconds


@pytest.mark.parametrize(
    ("text", "mib"), [("1g", 1024), ("1.5G", 1536), ("512m", 512), ("2GiB", 2048), ("1000 MB", 1000)]
)
def test_memory_sizes(text: str, mib: int) -> None:
    assert read_memory("--memory", text) == mib


@pytest.mark.parametrize(
    ("read", "option", "text", "message"),
    [
        (read_memory, "--memory", "450m", "--memory: '450m' is too small .* the least is 512m"),
        (read_memory, "--memory", "1001g", "--memory: '1001g' is more than the run log takes .* the most is 1000g"),
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
        (read_seconds, "--timeout", "0", "--timeout: '0' is not a time from 1 s"),
        (read_seconds, "--timeout", "8d", "'8d' is not a time from 1 s to 7 d; write it like 90s"),
        (read_seconds, "--timeout", "1 hour", "'1 hour' is not a time"),
    ],
)
def test_bad_values_say_which_option(read: Callable[..., Any], option: str, text: str, message: str) -> None:
    with pytest.raises(RunnerError, match=message):
        read(option, text)
