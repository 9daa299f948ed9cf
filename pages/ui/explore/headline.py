"""The big numbers of an answer, beside those of a baseline."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from pages.ui.shared import formats, shown
from pages.ui.shared.formats import amount_text, number_text, range_text, time_text
from pages.ui.shared.shown import Card


def show(answer: pd.Series, baseline: pd.Series | None, images: float, baseline_images: float, currency: str) -> None:
    """Time, cost, images a second and core-hours; with a baseline also how far each is from it.

    Parameters
    ----------
    answer, baseline : Series
        Rows of `perfmodel.answers.prediction.answer`.
    images, baseline_images : float
        Images that each processes; 0 where the run logs do not say.
    currency : str
    """
    base = answer if baseline is None else baseline
    rate, base_rate = images / answer["predicted_s"], baseline_images / base["predicted_s"]
    figures = [
        _card("Predicted time", time_text, answer["predicted_s"], base["predicted_s"]),
        _card(f"Cost ({currency})", amount_text, answer["cost"], base["cost"]),
        Card("Images a second", formats.rate_text(images, answer["predicted_s"]), _delta(number_text, rate, base_rate)),
        _card("Core-hours", number_text, answer["core_hours"], base["core_hours"]),
    ]
    shown.cards(figures, width=170)


def interval_text(answer: pd.Series, images: float, currency: str) -> str:
    """The intervals of all four figures; arguments as of `show`."""
    low, high = answer["predicted_low_s"], answer["predicted_high_s"]
    hours = answer["core_hours"] / answer["predicted_s"]
    rate = range_text(formats.rate_text(images, high), formats.rate_text(images, low))
    return (
        f"{time_interval(answer)}, at {cost_interval(answer, currency)}; "
        f"{f'{rate} images a second, ' if images else ''}"
        f"{range_text(number_text(hours * low), number_text(hours * high))} core-hours"
    )


def time_interval(answer: pd.Series) -> str:
    """The interval as times."""
    return range_text(*(time_text(answer[column]) for column in ("predicted_low_s", "predicted_high_s")))


def cost_interval(answer: pd.Series, currency: str) -> str:
    """The interval as amounts."""
    return range_text(*(formats.money_text(answer[column], currency) for column in ("cost_low", "cost_high")))


def _card(label: str, say: Callable[[float], str], value: float, base: float) -> Card:
    return Card(label, say(value), _delta(say, value, base), "inverse")


def _delta(say: Callable[[float], str], value: float, base: float) -> str | None:
    return None if value == base else formats.difference_text(value, base, say(abs(value - base)))
