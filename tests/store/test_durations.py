from __future__ import annotations

import pytest

from store.durations import duration


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
