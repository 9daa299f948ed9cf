from __future__ import annotations

import pandas as pd
import pytest

from pages.ui.explore.whatifs import link, pin_text, read_pin
from pages.ui.shared.formats import difference_text

CHOSEN = pd.Series(
    {
        "num_executors": 3.0,
        "executor_cores": 8.0,
        "executor_memory_gb": 14.5,
        "sampling_rate_pct": 12.5,
        "images_per_partition": 60.0,
    }
)


def test_a_pinned_configuration_is_read_back():
    assert pin_text(CHOSEN) == "3 x 8, 14.5 GiB, 60 images, 12.5 %"
    assert read_pin(pin_text(CHOSEN)).to_dict() == CHOSEN.to_dict()
    without = CHOSEN.drop("images_per_partition")
    assert read_pin(pin_text(without)).to_dict() == without.to_dict()


@pytest.mark.parametrize("text", ["3 x 8", "0 x 8, 1 GiB, 100 %", "3 x 8, 1 GiB, 100 %; DROP", "", "a x b, c GiB, d %"])
def test_other_texts_are_no_configuration(text):
    assert read_pin(text) is None


def test_the_link_has_the_screens_widgets_and_nothing_else():
    state = {"executors": 3, "pin": "3 x 8, 1 GiB, 100 %", "secret": "x", "scenario": None, "cluster": "a&b"}
    address = "http://host:1/explore?executors=9"
    assert link(address, state) == "http://host:1/explore?cluster=a%26b&executors=3&pin=3+x+8%2C+1+GiB%2C+100+%25"


def test_a_difference_has_a_sign_a_size_and_percent():
    assert difference_text(90.0, 100.0, "10 s") == "-10 s (-10%)"
    assert difference_text(150.0, 100.0, "50 s") == "+50 s (+50%)"
    assert difference_text(float("nan"), 100.0, "?") is None
    assert difference_text(1.0, 0.0, "1 s") is None
