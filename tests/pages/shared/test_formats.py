from __future__ import annotations

import pytest

from pages.ui.shared.formats import money_text, number_text, percent_text, range_text, rate_text, time_text


@pytest.mark.parametrize(
    ("amount", "text"), [(0.0, "0.00 USD"), (0.04567, "0.0457 USD"), (3.994, "3.99 USD"), (12345.6, "12,345.60 USD")]
)
def test_money(amount, text):
    assert money_text(amount, "USD") == text


def test_no_answer_is_said_and_never_a_nan():
    nan = float("nan")
    texts = [
        time_text(nan),
        money_text(nan, "USD"),
        number_text(nan),
        rate_text(100, nan),
        range_text("1 s", time_text(nan)),
    ]
    assert set(texts[:-1]) == {"no answer"}
    assert texts[-1] == "no answer"


def test_accuracy_is_never_below_zero():
    assert percent_text(-30.0) == "0.0 %"
    assert percent_text(99.17) == "99.2 %"
    assert percent_text(None) == "–"


def test_numbers_have_three_digits():
    assert [number_text(v) for v in (0.012345, 19.62, 123456.0)] == ["0.0123", "19.6", "123,456"]
    assert rate_text(0, 5.0) == "–"
