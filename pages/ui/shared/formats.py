"""Numbers as people read them, always with a unit."""

from __future__ import annotations

import math

from store.amounts import amount as said_amount
from store.durations import duration

NO_ANSWER = "no answer"


def time_text(seconds: float) -> str:
    """A predicted time; says so where there is none."""
    return duration(seconds) if math.isfinite(seconds) else NO_ANSWER


def amount_text(amount: float) -> str:
    """An amount of money; says so where there is none."""
    return said_amount(amount) if math.isfinite(amount) else NO_ANSWER


def money_text(amount: float, currency: str) -> str:
    """An amount with its currency."""
    text = amount_text(amount)
    return text if text == NO_ANSWER else f"{text} {currency}"


def range_text(low: str, high: str) -> str:
    """An interval of two texts."""
    return NO_ANSWER if NO_ANSWER in (low, high) else f"{low} to {high}"


def percent_text(value: float | None) -> str:
    """An accuracy, never below zero; a dash where the protocol could not be applied."""
    return "–" if value is None else f"{max(value, 0):.1f} %"


def share_text(share: float) -> str:
    """A part of a whole; what is there is never said to be nothing."""
    return "<1 %" if 0 < share < 0.005 else f"{share:.0%}"


def number_text(value: float) -> str:
    """A plain figure to three digits."""
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}" if math.isfinite(value) else NO_ANSWER


def rate_text(images: float, seconds: float) -> str:
    """Images a second; a dash where the run logs do not say how many images there are."""
    return number_text(images / seconds) if images else "–"


def difference_text(value: float, baseline: float, text: str) -> str | None:
    """How much ``value`` is above or below a baseline, with its sign and in percent; ``text`` is the size in words.

    None where there is nothing to compare.
    """
    if not (math.isfinite(value) and math.isfinite(baseline) and baseline):
        return None
    return f"{'-' if value < baseline else '+'}{text} ({value / baseline - 1:+.0%})"
