from __future__ import annotations

import pytest

from store.durations import duration, seconds_of


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.0 s"),
        (2.44, "2.4 s"),
        (9.99, "10.0 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (61, "1 min 1 s"),
        (3599.7, "1 h"),
        (3600, "1 h"),
        (11_520, "3 h 12 min"),
        (10_799, "3 h"),
        (86_400, "1 d"),
        (129_600, "1 d 12 h"),
        (172_799, "2 d"),
    ],
)
def test_times_read_as_people_say_them(seconds, text):
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 90),
        (" 45s ", 45),
        ("10m", 600),
        ("10 min", 600),
        ("1.5H", 5400),
        ("3 h 12 min", 11_520),
        ("1d2h", 93_600),
    ],
)
def test_times_are_read_as_people_write_them(text, seconds):
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "h", "-5s", "1 h 30", "30 1 h", "2 weeks", "1e3", "5 s later"])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(ValueError, match="is no time; write it like"):
        seconds_of(text)


@pytest.mark.parametrize("seconds", [2.4, 45, 61, 3600, 11_520, 129_600])
def test_what_is_said_can_be_read(seconds):
    assert seconds_of(duration(seconds)) == seconds
